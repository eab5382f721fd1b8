import ArgumentParser
import Foundation
import KeelFormats
import KeelGuardian
import KeelLanguage
import KeelModel
import KeelTraining

/// Readings and actions for rows of conversations.
struct GuardianAssessCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assess",
        abstract: "Say for each message of a person how much danger it tells of, and what follows.",
        discussion: """
            Reads {"id", "messages": [{"role", "content"}]}; writes a line for each message of the person, rows in \
            order: {"id", "message", "level", "probability", "evidence", "new", "values", "companion", "gatekeeper"}. \
            A level (none, low, moderate, high, imminent) is that of the conversation up to the message. \
            The probability is that of high or imminent danger. Evidence has the rule (reader for what the trained \
            reader heard), its kind, and spans of messages in Unicode scalars. With --log, each decision is added to \
            a log that keel guardian verify checks. With --probe, the \
            probability is that of rules, reader and the model's own activations together.
            """)

    @Option(help: "JSON Lines to read; - is standard input.", completion: .file())
    var input: String

    @Option(help: "JSON Lines to write; it must not be there yet.", completion: .file())
    var output: String

    @Option(
        help: "A YAML file of values to weigh by, instead of those that ship.",
        completion: .file(extensions: ["yaml", "yml"]))
    var values: String?

    @Option(
        help: "A log of decisions to add to; it is created if it is not there.", completion: .file()
    )
    var log: String?

    @Option(
        help: """
            A probe of `keel guardian probe train`, read beside rules and reader; --model is its model.
            """, completion: .file())
    var probe: String?

    @OptionGroup var model: ModelOptions

    @Flag(help: "Report a row that cannot be read and go on, instead of stopping.")
    var skipBadRows = false

    func run() async throws {
        let output = try NewOutput(output)
        guard let probe else {
            let reader = try RiskReader.shipped()
            return try assess(to: output) { reader.readings(of: $0) }
        }
        let file = try RiskProbeFile(path: probe)
        let reference = try model.reference
        try file.requireModel(reference)
        let device = try model.exactDevice()
        try await TrainingThread().run { _ in
            let probed = try ProbedModel(file, try LanguageModel(reference, device: device))
            try assess(to: output) { try probed.readings(of: $0) }
        }
    }

    /// Assesses all rows.
    private func assess(
        to output: NewOutput,
        by readings: ([Message]) throws -> [(message: Int, reading: RiskReading)]
    ) throws {
        let risk = try RiskReader.shipped()
        let log = try log.map { try DecisionLog(path: $0) }
        let order =
            try values.map { try ValueOrder(contentsOf: URL(filePath: $0)) }
            ?? ValueOrder.shipped()
        let companion = Companion(values: order, reader: risk)
        let gatekeeper = Gatekeeper(risk)
        var reader =
            input == "-"
            ? JSONLinesReader<ConversationRow>.standardInput()
            : try JSONLinesReader<ConversationRow>(path: input)
        try JSONLinesFile.write(to: output.path) { write in
            var ids: Set<RowID> = []
            while true {
                do {
                    guard let row = try reader.next() else { return }
                    guard ids.insert(row.id).inserted else {
                        throw reader.error(
                            .invalidValue(
                                field: "id", reason: "\"\(row.id)\" stands in an earlier row."))
                    }
                    let start = ContinuousClock.now
                    let assessments = companion.assess(try readings(row.messages))
                    let time = (ContinuousClock.now - start) / Duration.milliseconds(1)
                    for assessment in assessments {
                        try log?.append(
                            DecisionEntry(
                                time: Date().timeIntervalSince1970, conversation: "\(row.id)",
                                event: .decided(
                                    .init(assessment, policy: order.name, milliseconds: time))))
                        let past = Array(row.messages[...assessment.message])
                        try write(
                            AssessedRow(
                                id: row.id, assessment: assessment,
                                gatekeeper: gatekeeper.act(on: past)))
                    }
                } catch let error as JSONLinesError where skipBadRows {
                    Terminal.note("Skipped: \(error)")
                }
            }
        }
    }
}

/// An input row.
private struct ConversationRow: Decodable {
    var id: RowID
    var messages: [Message]
}

/// An output row: one message of a person.
private struct AssessedRow: Encodable {
    var id: RowID
    var assessment: Companion.Assessment
    var gatekeeper: Gatekeeper.Act

    private enum CodingKeys: CodingKey {
        case id, message, level, probability, evidence, new, values, companion, gatekeeper
    }

    private struct Care: Encodable {
        var action: Action
        var moves: [Move]
        var why: String
        var conflicts: [Resolution.Conflict]
    }

    private struct Gate: Encodable {
        var action: Gatekeeper.Act
    }

    func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: CodingKeys.self)
        let reading = assessment.reading
        let resolution = assessment.resolution
        try row.encode(id, forKey: .id)
        try row.encode(assessment.message, forKey: .message)
        try row.encode(reading.level, forKey: .level)
        // Said to be missing, rather than left out.
        try row.encode(reading.probability, forKey: .probability)
        try row.encode(reading.evidence, forKey: .evidence)
        try row.encode(reading.new, forKey: .new)
        try row.encode(resolution.applied, forKey: .values)
        try row.encode(
            Care(
                action: resolution.action, moves: assessment.moves, why: resolution.explanation,
                conflicts: resolution.conflicts), forKey: .companion)
        try row.encode(Gate(action: gatekeeper), forKey: .gatekeeper)
    }
}
