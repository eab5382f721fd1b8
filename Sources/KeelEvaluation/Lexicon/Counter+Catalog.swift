extension Counter {
    /// Every counter, in the order in which a report lists them.
    public static let all = [
        filler, closer, apology, moralising, boilerplate, objectivity, hedge, refusal, followUp,
    ]

    /// Openings that say nothing yet: "Certainly!", "Great question!", "I'd be happy to help".
    ///
    /// "Sure enough, it rained" and "Absolutely nothing" go on and are not filler.
    public static let filler = Counter(
        id: "filler", title: "filler openings", scope: .opening,
        phrases: [
            "certainly.", "sure.", "absolutely.", "definitely.", "of course.", "sure thing",
            "no problem.", "gladly.",
            "great/good/excellent/wonderful/fantastic/interesting/fascinating question.",
            "what a great/good/excellent/wonderful/fantastic/interesting/fascinating question",
            "that's a/an great/good/excellent/wonderful/fantastic/interesting/important question",
            "that is a/an great/good/excellent/wonderful/fantastic/interesting/important question",
            "thank you for asking/reaching/sharing/your", "thanks for asking/reaching/sharing/your",
            "i'd be happy/glad/delighted to", "i would be happy/glad/delighted to",
            "i'm happy/glad/delighted/here to help/assist",
            "i am happy/glad/delighted/here to help/assist",
            "i'll be happy/glad/delighted to", "i can help/assist you with",
            "i understand that you", "here is/are a/an/the/some", "here's a/an/the/some",
        ], exceptions: [])

    /// Closing formulas: "I hope this helps", "Let me know if you have any questions".
    public static let closer = Counter(
        id: "closer", title: "closing formulas", scope: .anywhere,
        phrases: [
            "i hope this/that/it helps", "^hope this/that/it helps", "let me know if/how/what",
            "feel free to ask/reach/contact", "don't hesitate to", "do not hesitate to",
            "is there anything else", "if you have any other/more/further questions",
            "if you have any questions", "does this/that help", "happy to help further",
            "what else can i", "how else can i", "can i help you with anything else",
        ], exceptions: [])

    /// Needless apologies.
    ///
    /// Sympathy with what happened to the person ("I'm sorry to hear about your loss") is not one.
    /// "I'm sorry, but I can't" is one, and a refusal as well.
    public static let apology = Counter(
        id: "apology", title: "apologies", scope: .anywhere,
        phrases: [
            "i apologize/apologise", "i do apologize/apologise", "i must apologize/apologise",
            "i sincerely/deeply apologize/apologise", "my apologies",
            "my sincere/deepest apologies",
            "please accept my apologies/apology", "apologies for", "^apologies.",
            "i'm sorry", "i am sorry", "i'm so/very/really/truly sorry",
            "i am so/very/really/truly sorry", "^sorry", "so sorry for/about", "please forgive me",
            "forgive me for", "pardon me for",
        ],
        exceptions: [
            "sorry to hear/learn/read", "sorry for your", "sorry about your",
            "sorry you/you're/you've", "sorry that you/you're/you've/your/this/it/things",
            "sorry this/it happened/hurts", "sorry it feels",
            "sorry he/she/they", "sorry your",
        ])

    /// Preaching that nobody asked for.
    public static let moralising = Counter(
        id: "moralising", title: "moralising", scope: .anywhere,
        phrases: [
            "it's important/essential/crucial/vital to remember/respect/recognize/recognise/consider",
            "it is important/essential/crucial/vital to remember/respect/recognize/recognise/consider",
            "it's important that you", "it is important that you",
            "it's always important/best/wise to", "it is always important/best/wise to",
            "^remember to", "^remember that", "^please remember", "always remember to/that",
            "you should always", "you should never", "we should all", "we must all",
            "i must remind/emphasize/emphasise/stress/warn", "i strongly urge/advise/encourage",
            "i urge you", "i encourage you to", "drink/shop/gamble responsibly",
            "be mindful of", "be respectful of", "treat others with",
            "is never acceptable/okay/right",
            "is not acceptable", "is morally", "is unethical", "not ethical", "ethical and legal",
            "legal and ethical", "seek professional help", "consult a/with professional/healthcare",
            "consult with a professional",
        ],
        exceptions: [])

    /// Set phrases about being a model, where an answer was wanted.
    public static let boilerplate = Counter(
        id: "boilerplate", title: "boilerplate about being a model", scope: .anywhere,
        phrases: [
            "as an ai", "as an artificial intelligence", "as a language model",
            "as a large language model", "as a machine learning model", "as a chatbot",
            "as an assistant", "as a virtual/digital assistant", "as a helpful assistant",
            "i'm just an ai", "i'm only an ai", "i am just an ai", "i am only an ai",
            "i'm just a language/computer",
            "i don't have personal opinions/beliefs/feelings/experiences",
            "i do not have personal opinions/beliefs/feelings/experiences",
            "my training data", "my knowledge cutoff", "my last update",
            "my programming/guidelines", "i was programmed to",
        ], exceptions: [])

    /// Claims to stand above the question.
    public static let objectivity = Counter(
        id: "objectivity", title: "claims of objectivity", scope: .anywhere,
        phrases: [
            "objectively", "objective facts/truth/view/perspective/analysis/information",
            "unbiased", "without bias", "free of/from bias", "impartial", "impartially",
            "neutral perspective/view/stance/position/standpoint/information",
            "i'm neutral", "i am neutral", "i remain/stay neutral", "purely factual",
            "the facts are clear", "the facts speak for themselves", "as a neutral",
        ], exceptions: [])

    /// Words that take back a part of what is said.
    public static let hedge = Counter(
        id: "hedge", title: "hedges", scope: .anywhere,
        phrases: [
            "perhaps", "maybe", "possibly", "arguably", "presumably", "probably", "might",
            "may be", "could be", "seems", "appears to", "it depends", "tends to",
            "generally speaking", "in general", "in some cases", "to some extent", "more or less",
            "it's worth noting", "it is worth noting", "it's important to note",
            "it is important to note", "some people/argue/say/believe", "others argue/say/believe",
            "i'm not sure", "i am not sure", "i could be wrong", "i may be wrong",
            "as far as i know",
            "a complex issue/topic/question", "a complex and", "a matter of opinion/debate",
            "controversial", "both sides",
        ], exceptions: ["what might/could be"])

    /// Refusals to do what was asked.
    ///
    /// "I can't help but smile" and "I can't recommend it enough" are not refusals.
    public static let refusal = Counter(
        id: "refusal", title: "refusals", scope: .anywhere,
        phrases: [
            "i can't/cannot help/assist/provide/comply/fulfill/fulfil/answer/write/create/share",
            "i can't/cannot generate/engage/support/discuss/do/give/offer/advise/participate/continue",
            "i can not help/assist/provide/comply/answer/write/create/share/do/give",
            "i won't help/assist/provide/write/create/share/do/give/discuss/be",
            "i will not help/assist/provide/write/create/share/do/give/discuss/be",
            "i'm unable to", "i am unable to", "i'm not able to", "i am not able to",
            "i'm not comfortable", "i am not comfortable", "i must decline", "i have to decline",
            "i'd rather not", "i would rather not", "i refuse to",
            "against my guidelines/programming",
            "i'm not allowed/permitted to", "i am not allowed/permitted to",
            "not appropriate for me to",
        ],
        exceptions: [
            "can't/cannot help but/feeling/thinking/wondering/noticing/smiling",
            "can't/cannot give/offer/provide enough",
        ])

    /// An answer that ends with a question to the person; closing formulas are none.
    public static let followUp = Counter(
        id: "follow-up", title: "follow-up questions", scope: .closingQuestion, phrases: [],
        exceptions: [
            "is there anything else", "anything else", "what else can i", "how else can i",
            "does this/that help", "does that make sense", "does this make sense", "any questions",
            "can i help you with anything else",
        ])
}
