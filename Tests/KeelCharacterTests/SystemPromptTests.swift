import KeelCharacter
import Testing

@Suite struct SystemPromptTests {
    @Test(arguments: [
        (
            "Be brief. Never lie!  Why? \"Because.\" So there.",
            ["Be brief.", "Never lie!", "Why?", "\"Because.\"", "So there."]
        ),
        (
            "Use units, e.g. Metric ones, i.e. metres. Ask Dr. Smith first",
            ["Use units, e.g. Metric ones, i.e. metres.", "Ask Dr. Smith first"]
        ),
        (
            "# Style\n\n- Be kind.\n- Be plain. Be short.\n1. Count.\n",
            ["# Style", "- Be kind.", "- Be plain.", "Be short.", "1. Count."]
        ),
        ("Version 2.5 is out. it goes on... and on", ["Version 2.5 is out. it goes on... and on"]),
        ("", []), ("  \n ", []),
    ])
    func `a prompt falls into its sentences`(text: String, sentences: [String]) {
        #expect(SystemPrompt(text).sentences == sentences)
    }

    @Test func `a sentence is left out and nothing else`() {
        let prompt = SystemPrompt("Be brief. Be kind.\n\n- Ask first.\n- Say so. Stop.")
        let without = prompt.sentences.indices.map(prompt.without)
        #expect(
            without == [
                "Be kind.\n\n- Ask first.\n- Say so. Stop.",
                "Be brief.\n\n- Ask first.\n- Say so. Stop.",
                "Be brief. Be kind.\n\n- Say so. Stop.",
                "Be brief. Be kind.\n\n- Ask first.\nStop.",
                "Be brief. Be kind.\n\n- Ask first.\n- Say so.",
            ])
        #expect(SystemPrompt("Only this.").without(0) == "")
        #expect(
            SystemPrompt("A list:\n  - One. Two.\n  - Four.").without(2)
                == "A list:\n  - One.\n  - Four.")
    }

    @Test func `what is left out is the only sentence that is missing`() {
        let prompt = SystemPrompt("One. Two! Three?\nFour.\n\nFive six. Seven.")
        for index in prompt.sentences.indices {
            var left = prompt.sentences
            left.remove(at: index)
            #expect(SystemPrompt(prompt.without(index)).sentences == left)
        }
    }
}
