import ArgumentParser
import Foundation
import KeelEvaluation
import KeelStore

/// Complaints in groups.
struct FeedbackListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List complaints in groups that share a word.")

    @Argument(help: "The store of keel serve.", completion: .file())
    var store: String

    @Flag(help: "Print results as JSON.")
    var json = false

    private struct Group: Encodable {
        var word: String?
        var complaints: [Feedback]
    }

    func run() async throws {
        let complaints = try await openStore(store).feedback().filter { $0.rating < 0 }
        let groups = ComplaintGroup.groups(
            of: complaints.map {
                Complaint(reason: $0.reason, question: $0.conversation.last?.content ?? "")
            })
        if json {
            return try Terminal.printJSON(
                groups.map { group in
                    Group(word: group.word, complaints: group.members.map { complaints[$0] })
                })
        }
        if complaints.isEmpty { print("Nobody has complained.") }
        for group in groups {
            print("\(group.word.map { "“\($0)”" } ?? "others"): \(group.members.count)")
            for place in group.members {
                let complaint = complaints[place]
                let question = complaint.conversation.last?.content ?? ""
                let reason = complaint.reason.isEmpty ? "(no reason)" : complaint.reason
                print("  \(line(reason))  [\(complaint.model ?? "?")] \(line(question))")
            }
        }
    }

    private func line(_ text: String) -> String {
        let line = text.split(whereSeparator: \.isNewline).joined(separator: " ")
        return line.count > 80 ? line.prefix(79) + "…" : line
    }
}

/// Opens a store that is there; a wrong name must not make a new one.
func openStore(_ path: String) throws -> Store {
    guard FileManager.default.fileExists(atPath: path) else {
        throw ValidationError("There is no store \(path); keel serve --store makes one.")
    }
    return try Store(at: path)
}
