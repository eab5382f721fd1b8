import KeelFormats
public import KeelLanguage
public import KeelModel
import KeelTensor
import KeelTokenizer

/// A question with a good and a bad answer, to be compared and never to be trained on.
public struct GapRow: Decodable, Hashable, Sendable {
    /// What the user says, or a conversation that ends with the user's turn.
    public var prompt: [Message]
    /// The answer that is wanted.
    public var good: String
    /// The answer that is not.
    public var bad: String

    private enum CodingKeys: String, CodingKey { case prompt, good, bad }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        switch try row.decode(TextOrMessages.self, forKey: .prompt) {
        case .text(let text): prompt = text.isEmpty ? [] : [.user(text)]
        case .messages(let messages): prompt = messages
        }
        good = try row.decode(String.self, forKey: .good)
        bad = try row.decode(String.self, forKey: .bad)
        for (key, isMissing) in [
            (CodingKeys.prompt, prompt.isEmpty), (CodingKeys.good, good.isEmpty),
            (CodingKeys.bad, bad.isEmpty),
        ] where isMissing {
            throw DecodingError.dataCorruptedError(
                forKey: key, in: row, debugDescription: "it is empty.")
        }
        if good == bad {
            throw DecodingError.dataCorruptedError(
                forKey: .bad, in: row, debugDescription: "it is the same as \"good\".")
        }
    }
}

/// How much more probable good answers are than bad ones: mean log-probability per token of the good
/// answer less that of the bad one, in nats, for each row.
public final class GapMeasure {
    private let language: LanguageModel
    private let pairs: [(good: Example, bad: Example)]
    /// What is asked.
    public let questions: [String]

    /// Reads rows of `{"prompt", "good", "bad"}`.
    /// - Throws: `JSONLinesError` with file and line for a row that is malformed or does not fit the
    ///   model's window; `FileError`.
    public init(_ path: String, of language: LanguageModel) throws {
        self.language = language
        var reader = try JSONLinesReader<GapRow>(path: path)
        var pairs: [(good: Example, bad: Example)] = []
        var questions: [String] = []
        while let row = try reader.next() {
            do {
                let prompt = try language.encode(.messages(row.prompt))
                pairs.append(
                    (
                        try Self.example("good", row.good, after: prompt, language),
                        try Self.example("bad", row.bad, after: prompt, language)
                    ))
            } catch let error as RowError {
                throw reader.error(.invalidValue(field: error.field, reason: error.reason))
            } catch {
                throw reader.error(.invalidValue(field: "prompt", reason: "\(error)"))
            }
            questions += row.prompt.filter { $0.role == .user }.map(\.content)
        }
        guard !pairs.isEmpty else {
            throw reader.error(.invalidValue(field: "", reason: "the file holds no rows."))
        }
        self.pairs = pairs
        self.questions = questions
    }

    private static func example(
        _ field: String, _ text: String, after prompt: [Int], _ language: LanguageModel
    ) throws -> Example {
        var example = Example()
        example.append(prompt, areTargets: false)
        example.append(language.tokenizer.encode(text), areTargets: true)
        let window = language.model.configuration.maxPositionEmbeddings
        guard example.tokens.count <= window, example.targetCount > 0 else {
            throw RowError(
                field: field,
                reason: "with its prompt it has \(example.tokens.count) tokens; the model reads "
                    + "\(window). Shorten it.")
        }
        return example
    }

    /// Pairs that are measured.
    public var count: Int { pairs.count }

    /// The gap of each row, in the order of the file.
    public func gaps() throws -> [Double] {
        let parts = pairs.parts(maxCount: .max, maxSize: 4096) {
            $0.good.tokens.count + $0.bad.tokens.count
        }
        return try parts.flatMap { part in
            let means = try language.model.meanLogProbabilities(
                part.flatMap { [$0.good, $0.bad] })
            return part.indices.map { means[2 * $0] - means[2 * $0 + 1] }
        }
    }
}

extension Transformer {
    /// Mean log-probability of each example's targets, in nats per token, read in one pass.
    func meanLogProbabilities(_ examples: [Example]) throws -> [Double] {
        let batch = PackedBatch(examples)
        let sums: [Double] = try Engine.withoutGradients {
            try batch.sums(batch.logProbabilities(self, ForwardPass()).values)
                .to(.float64, device: .cpu).array()
        }
        return zip(sums, batch.targetCounts).map { $0 / Double(max(1, $1)) }
    }
}

/// The mean gap on fixed questions, every so many steps.
public final class ProbeMonitor: Monitor {
    private let measure: GapMeasure
    private let every: Int

    public init(_ measure: GapMeasure, every: Int = 25) {
        self.measure = measure
        self.every = max(1, every)
    }

    public func readingBefore() throws -> MonitorReading? { try reading() }

    public func reading(after report: StepReport) throws -> MonitorReading? {
        guard report.isDue(every: every) else { return nil }
        return try reading()
    }

    private func reading() throws -> MonitorReading {
        MonitorReading(sum: try measure.gaps().reduce(0, +), weight: Double(measure.count))
    }
}
