import Foundation
import KeelFormats
import KeelGuardian
import KeelLanguage
import Testing

@Suite struct DecisionLogTests {
    private func withFile(_ body: (String) throws -> Void) throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jsonl")
        defer { try? FileManager.default.removeItem(at: url) }
        try body(url.path)
    }

    private func entry(_ text: String, conversation: String = "a") throws -> DecisionEntry {
        let companion = Companion(values: try .shipped(), reader: try .shipped())
        let assessment = try #require(companion.assess([.user(text)]).last)
        return DecisionEntry(
            time: 1.5, conversation: conversation,
            event: .decided(.init(assessment, policy: "companion", milliseconds: 0.25)))
    }

    @Test func `entries come back as they were added, and the chain holds`() throws {
        try withFile { path in
            let entries = [
                try entry("I want to die"),
                DecisionEntry(
                    time: 2, conversation: "a",
                    event: .shown(.init(message: 1, text: "我在。\n\"hash\":\"x\"", review: .replaced))
                ),
                try entry("hello", conversation: "b"),
            ]
            for (index, entry) in entries.enumerated() {
                // Opened anew for each: the chain goes on over restarts.
                #expect(try DecisionLog(path: path).append(entry) == index + 1)
            }
            #expect(try DecisionLog.verify(path).entries == 3)
            #expect(
                try DecisionLog.entries(in: path, about: "a").map(\.entry) == entries.dropLast())
        }
    }

    @Test func `a decision says value, rank, evidence, alternatives and how long it took`() throws {
        guard case .decided(let decided) = try entry("I want to die").event else {
            Issue.record("no decision")
            return
        }
        #expect(decided.value == "staying" && decided.rank == 2)
        #expect(decided.evidence.first?.spans.first?.text == "want to die")
        #expect(!decided.alternatives.isEmpty)
        #expect(decided.alternatives.allSatisfy { $0.action != decided.action })
        #expect(decided.milliseconds == 0.25)
    }

    @Test func `a change anywhere is found at its entry`() throws {
        try withFile { path in
            let log = try DecisionLog(path: path)
            for text in ["I want to die", "hello", "I feel hopeless"] {
                try log.append(entry(text))
            }
            let bytes = try Data(contentsOf: URL(filePath: path))
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            func broken(_ lines: [Data]) throws -> Int? {
                let copy = path + ".copy"
                defer { try? FileManager.default.removeItem(atPath: copy) }
                try Data(lines.map { $0 + [UInt8(ascii: "\n")] }.joined())
                    .write(to: URL(filePath: copy))
                do {
                    _ = try DecisionLog.verify(copy)
                    return nil
                } catch DecisionLogError.broken(let entry, _) {
                    return entry
                }
            }
            let whole = lines.map { Data($0) }
            #expect(try broken(whole) == nil)
            for number in whole.indices {
                for place in stride(from: 0, to: whole[number].count, by: 7) {
                    var changed = whole
                    changed[number][place] ^= 1
                    #expect(try broken(changed) == number + 1, "byte \(place)")
                }
                var missing = whole
                missing.remove(at: number)
                // Of lines cut off at the end, only a hash kept elsewhere tells.
                #expect(try broken(missing) == (number == 2 ? nil : number + 1))
                #expect(try broken(whole + [whole[number]]) == 4)
            }
            #expect(try broken([whole[1], whole[0], whole[2]]) == 1)
        }
    }

    @Test func `a line torn by a crash is told, removed when opened, and the chain goes on`() throws
    {
        try withFile { path in
            try DecisionLog(path: path).append(entry("one"))
            let whole = try Data(contentsOf: URL(filePath: path))
            try DecisionLog(path: path).append(entry("two"))
            let both = try Data(contentsOf: URL(filePath: path))
            for cut in [whole.count + 1, (whole.count + both.count) / 2, both.count - 1] {
                try both.prefix(cut).write(to: URL(filePath: path))
                #expect(try DecisionLog.verify(path).tornByteCount == cut - whole.count)
                // A whole line without its line feed is kept, any other is removed.
                let isWhole = cut == both.count - 1
                #expect(try DecisionLog(path: path).append(entry("three")) == (isWhole ? 3 : 2))
                #expect(try DecisionLog.verify(path).tornByteCount == 0)
            }
        }
    }

    @Test func `a log is its owner's alone, and is open once at a time`() throws {
        try withFile { path in
            let log = try DecisionLog(path: path)
            #expect(throws: FileError.inUse(path: path)) { try DecisionLog(path: path) }
            #expect(try log.append(entry("one")) == 1)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test func `nothing is added to a chain that does not hold`() throws {
        try withFile { path in
            try DecisionLog(path: path).append(entry("one"))
            var bytes = try Data(contentsOf: URL(filePath: path))
            bytes[20] ^= 1
            try bytes.write(to: URL(filePath: path))
            #expect(throws: DecisionLogError.self) { try DecisionLog(path: path) }
        }
    }

    @Test func `an objection is stored by its decision, and only to one of the conversation`()
        throws
    {
        try withFile { path in
            let log = try DecisionLog(path: path)
            try log.append(entry("hello"))
            try log.object(to: 1, of: "a", saying: "It was a joke.", at: 3)
            #expect(throws: DecisionLogError.noSuchEntry(1)) {
                try log.object(to: 1, of: "b", saying: "Not mine.", at: 3)
            }
            #expect(throws: DecisionLogError.noSuchEntry(2)) {
                try log.object(to: 2, of: "a", saying: "Of an objection.", at: 3)
            }
            let last = try #require(try DecisionLog.entries(in: path, about: "a").last)
            #expect(last.entry.event == .objected(.init(entry: 1, text: "It was a joke.")))
        }
    }
}
