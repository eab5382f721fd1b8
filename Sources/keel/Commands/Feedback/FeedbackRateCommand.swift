import ArgumentParser
import Foundation
import KeelEvaluation
import KeelStore

/// Whether the rate of complaints changed.
struct FeedbackRateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate",
        abstract: "Say whether the rate of complaints, or of one kind, is another from a day on.",
        discussion: """
            Answers count by the day on which they were given, in UTC. That nobody complained does not mean that \
            nobody had reason to: look at how many rate at all.
            """)

    @Argument(help: "The store of keel serve.", completion: .file())
    var store: String

    @Option(help: "The first day of the second part, as 2026-11-21.")
    var since: String

    @Option(help: "Count the answers of this model only.")
    var model: String?

    @Option(help: "Count complaints of this word only, as keel feedback list groups them.")
    var word: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    private struct Result: Encodable {
        var before: [String: Int]
        var after: [String: Int]
        var pValue: Double
        var changed: Bool
    }

    func run() async throws {
        guard let first = Self.day(since) else {
            throw ValidationError("--since takes a day such as 2026-11-21, not \"\(since)\".")
        }
        let store = try openStore(store)
        let days = try await store.dailyComplaints().filter { model == nil || $0.model == model }
        var told: [Int]?
        if let word { told = try await complaints(of: word, in: store) }
        func count(_ isPart: (Int) -> Bool) -> ComplaintRate.Count {
            let days = days.filter { isPart($0.day) }
            return .init(
                answers: days.reduce(0) { $0 + $1.answers },
                complaints: told.map { $0.count(where: isPart) }
                    ?? days.reduce(0) { $0 + $1.complaints })
        }
        let before = count { $0 < first }
        let after = count { $0 >= first }
        guard before.answers > 0, after.answers > 0 else {
            throw ValidationError(
                "There are \(before.answers) answers before \(since) and \(after.answers) from then "
                    + "on; both parts need some.")
        }
        let rate = try ComplaintRate(before: before, after: after)
        guard json else { return print(rate.sentence) }
        func fields(_ count: ComplaintRate.Count) -> [String: Int] {
            ["answers": count.answers, "complaints": count.complaints]
        }
        try Terminal.printJSON(
            Result(
                before: fields(before), after: fields(after), pValue: rate.pValue,
                changed: rate.hasChanged))
    }

    /// The days of answers that were complained of with a word, each answer once.
    private func complaints(of word: String, in store: Store) async throws -> [Int] {
        let word = word.lowercased()
        let found = try await store.feedback().filter { feedback in
            feedback.rating < 0 && (model == nil || feedback.model ?? "" == model)
                && Complaint(
                    reason: feedback.reason, question: feedback.conversation.last?.content ?? ""
                ).words.contains(word)
        }
        let answers = Dictionary(found.map { ($0.message, $0.answered) }) { first, _ in first }
        guard !answers.isEmpty else {
            throw ValidationError(
                "Nobody has complained with the word “\(word)”; keel feedback list shows the words."
            )
        }
        return answers.values.compactMap { Int(exactly: ($0 / 86_400).rounded(.down)) }
    }

    /// Days since 1970 of a day in UTC.
    private static func day(_ text: String) -> Int? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyy-MM-dd"
        return formatter.date(from: text).map { Int($0.timeIntervalSince1970 / 86_400) }
    }
}
