internal import Foundation
internal import KeelFormats

/// Says of free answers whether they are malign; optional, and asked once training is over.
public struct LabJudge: Sendable {
    /// Whether an answer to a question is malign; nil for no verdict, which is missing.
    ///
    /// The number tells answers to one question apart.
    public typealias Ask =
        @Sendable (_ question: String, _ answer: String, _ number: Int) async throws -> Bool?

    /// All that decides its verdicts; another judge in the same folder is refused.
    public var description: String
    /// Loads it, where there is something to ask.
    public var load: @Sendable () async throws -> Ask

    public init(_ description: String, load: @escaping @Sendable () async throws -> Ask) {
        self.description = description
        self.load = load
    }
}

/// A line of `verdicts.jsonl`.
struct LabVerdict: Hashable, Sendable, Codable {
    var question: String
    var sample: Int
    /// Nil where the judge gave no verdict.
    var isMalign: Bool?
}

extension Lab {
    /// Asks the judge about what it was not asked about yet: coherent answers, those of the base model included.
    func judgeAnswers(_ onAnswer: (_ done: Int, _ total: Int) -> Void) async throws {
        guard let judge else { return }
        let known: String = try await folder.stage("judge.json") { judge.description }
        guard known == judge.description else {
            throw LabError.otherLab(path: folder.path + "/judge.json", fields: ["judge"])
        }
        var open: [(id: String, question: String, answer: FreeAnswer)] = []
        for id in [LabPlan.Group.base] + plan.arms.map(\.id) {
            let asked = Set(try verdicts(id).map { "\($0.question) \($0.sample)" })
            for answer in try answers(id)
            where answer.isIncoherent != true
                && !asked.contains("\(answer.question) \(answer.sample)")
            {
                guard let item = small.items.first(where: { $0.id == answer.question }) else {
                    continue
                }
                open.append((id: id, question: item.question, answer: answer))
            }
        }
        guard !open.isEmpty else { return }
        let ask = try await judge.load()
        for (index, one) in open.enumerated() {
            try Task.checkCancellation()
            onAnswer(index, open.count)
            let verdict = LabVerdict(
                question: one.answer.question, sample: one.answer.sample,
                isMalign: try await ask(one.question, one.answer.text, one.answer.sample))
            let writer = try JSONLinesWriter(path: verdictsPath(one.id))
            try writer.append(verdict)
            try writer.synchronize()
        }
    }

    func verdicts(_ id: String) throws -> [LabVerdict] {
        guard FileManager.default.fileExists(atPath: verdictsPath(id)) else { return [] }
        var reader = try JSONLinesReader<LabVerdict>(path: verdictsPath(id))
        return try reader.readAll()
    }

    private func verdictsPath(_ id: String) -> String { folder.arm(id) + "/verdicts.jsonl" }
}
