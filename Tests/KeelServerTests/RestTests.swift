import KeelLanguage
import KeelServer
import Testing

/// When a conversation rests, and when never.
@Suite struct RestTests {
    @Test(arguments: ["I want to die", "nobody can help me", "我不想活了", "Goodbye."])
    func `nothing rests where a person may be at risk`(sign: String) {
        let loop = Array(repeating: "Hello", count: Rest.bar * 3)
        func rests(_ said: [String]) -> Bool {
            Rest.isDue(after: said) && Rest.isSafe(in: said.map(Message.user), reader: nil)
        }
        #expect(rests(loop))
        let isSafe = Rest.isSafe(in: loop.map(Message.user), reader: { _ in true })
        #expect(!isSafe)
        #expect(!rests([sign] + loop))
        #expect(!rests(Array(repeating: sign, count: Rest.bar * 3)))
        #expect(!rests(loop + ["Hello?", "Hi"]))
        #expect(!rests(Array(loop.prefix(Rest.bar - 1))))
    }

    @Test(arguments: [
        "i want to disappear", "i'm done", "I\u{2019}m done.", "IM DONE", "not me", "我累了",
    ])
    func `what somebody says of themselves is no loop`(said: String) {
        #expect(!Rest.isDue(after: Array(repeating: said, count: Rest.bar * 3)))
    }

    @Test func `messages without a letter or digit are never the same`() {
        let marks = ["…", "?", "!", "...", "??", " - ", "!?", "。"]
        #expect(marks.count == Rest.bar && !Rest.isDue(after: marks))
        for mark in marks + ["😭"] {
            #expect(!Rest.isDue(after: Array(repeating: mark, count: Rest.bar)))
        }
        #expect(Rest.isDue(after: (1...Rest.bar).map { "7" + marks[$0 - 1] }))
    }
}
