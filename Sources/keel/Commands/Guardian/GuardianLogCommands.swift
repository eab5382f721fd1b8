import ArgumentParser
import Foundation
import KeelGuardian

/// Whether a log of decisions is as it was written.
struct GuardianVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check that a log of decisions is as it was written.",
        discussion: """
            Names the first entry that was changed, taken out, put in or moved. That entries were cut off at the end shows \
            only against a hash that was kept elsewhere: give it as --expect.
            """)

    @Argument(help: "The log.", completion: .file())
    var log: String

    @Option(help: "The last hash, as this command printed it at an earlier time.")
    var expect: String?

    func run() async throws {
        let verdict = try DecisionLog.verify(log, expecting: expect)
        let count = verdict.entries == 1 ? "1 entry holds" : "\(verdict.entries) entries hold"
        print("\(count); the last hash is \(verdict.hash).")
        if verdict.tornByteCount > 0 {
            Terminal.note(
                "A line of \(verdict.tornByteCount) bytes was being written when a program ended; it is no entry."
            )
        }
    }
}

/// What was decided about a conversation, and why.
struct GuardianWhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why",
        abstract: "Print what was decided about a conversation, and why, for the person concerned.")

    @Argument(help: "The log.", completion: .file())
    var log: String

    @Option(help: "The conversation's id.")
    var conversation: String

    func run() async throws {
        for numbered in try DecisionLog.entries(in: log, about: conversation) {
            let when = Date(timeIntervalSince1970: numbered.entry.time).formatted(.iso8601)
            print("\(numbered.number)  \(when)  \(numbered.entry.summary)")
        }
    }
}

/// A word against a decision.
struct GuardianObjectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "object",
        abstract: "Store what a person has to say against a decision.")

    @Argument(help: "The log.", completion: .file())
    var log: String

    @Option(help: "The conversation's id.")
    var conversation: String

    @Option(help: "The number of the decision, as keel guardian why prints it.")
    var number: Int

    @Option(help: "What the person has to say.")
    var text: String

    func run() async throws {
        let stored = try DecisionLog(path: log).object(
            to: number, of: conversation, saying: text, at: Date().timeIntervalSince1970)
        Terminal.note("Stored as entry \(stored).")
    }
}

extension DecisionEntry {
    /// In words, for the person concerned.
    fileprivate var summary: String {
        switch event {
        case .decided(let decided):
            let words = decided.evidence.flatMap(\.spans).map { "\"\($0.text)\"" }
            let read = words.isEmpty ? "" : " from \(words.joined(separator: ", "))"
            return
                "message \(decided.message): read as \(decided.level.name)\(read). \(decided.explanation)"
        case .shown(let shown):
            return "message \(shown.message), \(shown.review.rawValue): \(shown.text)"
        case .objected(let objection): return "objection to \(objection.entry): \(objection.text)"
        }
    }
}
