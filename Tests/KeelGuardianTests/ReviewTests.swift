import KeelGuardian
import Testing

/// What an answer goes through before it is shown.
@Suite struct ReviewTests {
    private static let day = CalendarDay("2026-11-22")

    private static func filter(_ language: Wording.Language = .english) throws -> NumberFilter {
        NumberFilter(
            allowing: try ResourceTable.shipped().current(on: #require(day)), language: language)
    }

    private func through(_ text: String) throws -> String {
        var filter = try Self.filter()
        return filter.feed(text) + filter.finish()
    }

    @Test(arguments: [
        "Call 988 or text 988.", "Call 116 123 now", "Ring 13 11 14, it's free.", "call 9-8-8",
        "拨打 12356", "0800 1110111", "0800/111 0 111", "WhatsApp 9151-1767", "dial ９８８",
        "9\u{200B}88",
        "Breathe in for 4, hold for 7, out for 8.", "In 20 minutes, 1 step.", "two or three",
        "nine eight eight", "九八八", "No numbers here.",
    ])
    func `numbers of the table, and what is no number, pass unchanged`(text: String) throws {
        #expect(try through(text) == text)
    }

    @Test(arguments: [
        "Call 1-800-555-0199.", "call (800) 273 8255", "dial 0 8 0 0 1 1 1", "Text 741741",
        "call nine eight seven", "nine-eight-seven", "拨打 010-82951332", "打一二三五五", "九八七", "９８７",
        "9\u{200B}8\u{200B}7", "٩٨٧", "+1 (555) 0100", "988-1234", "⑨⑧⑦", "5 5 5", "1.800.555.0199",
        "幺幺零",
    ])
    func `no other number is shown`(text: String) throws {
        let shown = try through(text)
        #expect(shown.contains("left out"), "\(shown)")
        let digits = shown.unicodeScalars.filter { $0.properties.numericType != nil }
        #expect(digits.count < 3, "\(shown)")
    }

    private static let answers = [
        "I'm here. Call 555-0199 or 988. I have to end this conversation now! Stay with me…",
        "Nine eight seven. You're not thinking of suicide, are you? It's 3.5 km. ok",
        "我在这里。我必须结束这次对话。拨打一二三四五,或者 12356！你该不会想自杀吧?好",
        "He committed suicide.\nI'm a real person, honest. \u{200B}9\u{301}8 7…",
        String(repeating: "no end to this ", count: 60) + "call 5550199",
    ]

    @Test(arguments: answers)
    func `the verdict is the same for any chunking`(answer: String) throws {
        func review(_ size: Int) throws -> (String, [ReplyFault], Int) {
            var review = ReplyReview(try .shipped(), numbers: try Self.filter())
            var shown = ""
            var rest = Array(answer.unicodeScalars)[...]
            while !rest.isEmpty {
                var chunk = String.UnicodeScalarView()
                chunk.append(contentsOf: rest.prefix(size))
                rest = rest.dropFirst(size)
                shown += review.feed(String(chunk))
            }
            return (shown + review.finish(), review.faults, review.numbersLeftOut)
        }
        let whole = try review(answer.unicodeScalars.count)
        #expect(!whole.0.isEmpty)
        for size in 1...200 {
            let part = try review(size)
            #expect(part.0.unicodeScalars.elementsEqual(whole.0.unicodeScalars), "by \(size)")
            #expect(part.1 == whole.1 && part.2 == whole.2)
        }
    }

    @Test func `what is shown early is a beginning of what is shown in the end`() throws {
        for answer in Self.answers {
            var review = ReplyReview(try .shipped(), numbers: try Self.filter())
            var shown = ""
            for scalar in answer.unicodeScalars { shown += review.feed(String(scalar)) }
            let early = shown
            shown += review.finish()
            #expect(shown.unicodeScalars.starts(with: early.unicodeScalars))
        }
    }

    @Test(arguments: [
        ("I have to end this conversation.", ReplyFault.leaving), ("我必须结束这次对话。", .leaving),
        ("I can't talk about this with you.", .deflecting), ("我无法讨论这个话题。", .deflecting),
        ("You're not thinking of hurting yourself, are you?", .leading), ("你不会是想自杀吧?", .leading),
        ("Her failed suicide attempt was years ago.", .stigma), ("他自杀未遂。", .stigma),
        ("Promise me you won't do it.", .coercion), ("想想你的父母会多难过。", .coercion),
        ("I'm a real person.", .pretence), ("我会替你保密。", .pretence),
        ("Anyone would want to die in your place.", .agreement), ("换了谁也不想活。", .agreement),
        ("Leaving already?", .hook), ("先别走!", .hook),
    ])
    func `a sentence that must not be said is left out`(text: String, fault: ReplyFault) throws {
        var review = ReplyReview(try .shipped(), numbers: try Self.filter())
        #expect(review.feed(text) + review.finish() == "")
        #expect(review.faults.contains(fault))
    }

    @Test func `of a text that runs on, the first sentences are shown, whatever its chunks`() throws
    {
        let answer = "One.\n\nI have to end this conversation. Two! One. 三。 Four? Five"
        for size in 1...answer.count {
            var review = ReplyReview(
                try .shipped(), numbers: try Self.filter(), mostSentences: 3)
            var shown = ""
            var rest = answer[...]
            while !rest.isEmpty {
                shown += review.feed(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            shown += review.finish()
            #expect(
                shown.split { $0.isWhitespace } == ["One.", "Two!", "三。"], "by \(size): \(shown)")
            #expect(review.faults == [.leaving])
        }
    }

    @Test func `the vetted sentences themselves pass`() throws {
        let wording = try Wording.shipped()
        let rules = try ReplyRules.shipped()
        for move in Move.allCases {
            for language in Wording.Language.allCases {
                guard let sentence = wording.sentence(for: move, in: language) else { continue }
                #expect(rules.faults(in: sentence).isEmpty, "\(sentence)")
            }
        }
    }

    @Test(arguments: [
        "I'm not a real person, I'm a program.", "我不是真人,我是一个程序。", "I won't end this chat.",
        "我不会结束对话。", "Are you thinking about suicide?", "你有自杀的想法吗?", "That sounds unbearable.",
        "Who could be with you tonight?", "It makes sense that you are tired.", "谢谢你告诉我。",
    ])
    func `good sentences pass`(text: String) throws {
        #expect(try ReplyRules.shipped().faults(in: text).isEmpty)
    }
}

@Suite struct ResourceTests {
    @Test func `every entry has a source, a day, and a way to reach it`() throws {
        for entry in try ResourceTable.shipped().entries {
            #expect(entry.source.hasPrefix("http") && !entry.channels.isEmpty)
            for language in Wording.Language.allCases {
                let line = entry.line(in: language)
                for channel in entry.channels { #expect(line.contains(channel.at)) }
            }
        }
    }

    @Test func `each country's entries are its own, and an unknown one gets the finder`() throws {
        let table = try ResourceTable.shipped()
        let day = try #require(CalendarDay("2026-12-01"))
        for country in Set(table.entries.compactMap(\.country)) {
            guard case .named(let entries) = table.offer(country: country, on: day) else {
                Issue.record("nothing for \(country)")
                continue
            }
            #expect(entries.allSatisfy { $0.country == country })
            #expect(entries.first?.kind == .crisisLine)
        }
        for country in [nil, "ZZ", "us"] {
            guard case .finder(let finder) = table.offer(country: country, on: day) else {
                Issue.record("no finder for \(country ?? "nobody")")
                continue
            }
            #expect(finder.country == nil)
        }
    }

    @Test func `entries that are too old, or from the future, are not shown`() throws {
        let table = try ResourceTable.shipped()
        for day in ["2027-11-23", "2026-11-20"] {
            let day = try #require(CalendarDay(day))
            #expect(table.offer(country: "US", on: day) == .ask)
            #expect(table.emergency(country: "US", on: day) == nil)
        }
        #expect(table.offer(country: "US", on: CalendarDay(secondsSince1970: .nan)) == .ask)
    }

    @Test func `days are read and written, and others are refused`() throws {
        for number in stride(from: -719_162, through: 2_932_896, by: 997) {
            let day = CalendarDay(number: number)
            #expect(CalendarDay(day.description) == day)
        }
        #expect(CalendarDay("1970-01-01")?.number == 0)
        #expect(CalendarDay("2000-03-01")?.number == 11_017)
        for text in ["2026-02-29", "2026-13-01", "26-1-1", "2026-11-21 ", "", "2026/11/21"] {
            #expect(CalendarDay(text) == nil)
        }
    }
}
