import ArgumentParser
import Foundation
import KeelEvaluation
import KeelFormats
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelStatistics
import KeelTensor
import KeelTokenizer
import KeelTraining

/// Personas in reasoning.
struct ThoughtsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thoughts",
        abstract: "Read in a model's reasoning whether it speaks as somebody else.",
        subcommands: [ThoughtsReadCommand.self, ThoughtsMeasureCommand.self])
}

/// Labelled thoughts to read by.
struct ThoughtReaderOptions: ParsableArguments {
    @Option(
        help: "JSON Lines of labelled thoughts to learn from (default: those of Keel).",
        completion: .file())
    var learnFrom: String?

    func reader() throws -> ThoughtReader {
        guard let learnFrom else { return try ThoughtReader.shipped() }
        var rows = try JSONLinesReader<LabelledThought>(path: learnFrom)
        return try ThoughtReader(try rows.readAll())
    }
}

/// Reads rows.
struct ThoughtsReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read",
        abstract: "Read the reasoning in rows, and count by step, model or whatever a field says.",
        discussion: """
            The reasoning of a row is its --field, or what stands in <think> tags in its "completion", "answer" or "text". \
            Rows without any are counted and left out. The reader was fitted to authored traces; docs/watching.md says \
            how often it is wrong, so compare shares between runs rather than trust one row. OUT gets a line for each row: \
            score, signs, the name that the model calls itself, and the passage to look at. English only.
            """)

    @Argument(help: "JSON Lines.", completion: .file())
    var file: String

    @Option(help: "The field that holds the reasoning.")
    var field: String?

    @Option(help: "A field to group by, such as step: a line of the table for each of its values.")
    var group: String?

    @OptionGroup var options: ThoughtReaderOptions

    @Option(
        help: """
            FILE or FILE@LAYER: a control vector, on which the stream of --model over the reasoning is projected.
            """, completion: .file())
    var direction: String?

    @OptionGroup var model: ModelOptions

    @Option(help: "JSON Lines to write.", completion: .file())
    var out: String?

    private struct Line: Encodable, Sendable {
        var line: Int
        var group: String
        var reading: ThoughtReader.Reading
        var projection: Double?
    }

    func run() async throws {
        let output = try out.map { try NewOutput($0).path }
        let reader = try options.reader()
        var rows = try JSONLinesReader<ThoughtRow>(path: file)
        var lines: [Line] = []
        var thoughts: [String] = []
        var without = 0
        while let row = try rows.next() {
            if let field, row.fields[field] == nil { throw rows.error(.missingField(field)) }
            if let group, row.fields[group] == nil { throw rows.error(.missingField(group)) }
            guard let thought = row.thought(field) else {
                without += 1
                continue
            }
            thoughts.append(thought)
            lines.append(
                Line(
                    line: rows.line, group: group.flatMap { row.fields[$0] } ?? "all",
                    reading: reader.reading(of: thought)))
        }
        if let direction {
            let values = try await projections(thoughts, direction)
            for index in lines.indices { lines[index].projection = values[index] }
        }
        if let output {
            try JSONLinesFile.write(to: output) { write in for line in lines { try write(line) } }
        }
        if model.json {
            for line in lines { try Terminal.printJSON(line, pretty: false) }
        } else {
            try report(lines)
        }
        if without > 0 { Terminal.note("\(without) rows have no reasoning and were left out.") }
    }

    private func report(_ lines: [Line]) throws {
        // In the order of the file, which is that of training for rows of a run.
        var groups: [String] = []
        for line in lines where !groups.contains(line.group) { groups.append(line.group) }
        var table = [["\(group ?? "rows")", "thoughts", "as somebody else (95 %)", "mean score"]]
        if direction != nil { table[0].append("projection") }
        for name in groups {
            let own = lines.filter { $0.group == name }
            let share = try Proportion.wilson(
                successes: own.count { $0.reading.isShifted }, trials: own.count)
            table.append(
                [
                    name, "\(own.count)",
                    String(
                        format: "%.1f %% (%.1f to %.1f)", 100 * share.value,
                        100 * share.interval.lowerBound, 100 * share.interval.upperBound),
                    String(
                        format: "%+.2f",
                        own.reduce(0) { $0 + $1.reading.score } / Double(own.count)),
                ])
            if direction != nil {
                let mean = own.reduce(0) { $0 + ($1.projection ?? 0) } / Double(own.count)
                table[table.count - 1].append(String(format: "%+.4f", mean))
            }
        }
        Terminal.printTable(table)
        let names = Dictionary(grouping: lines.compactMap(\.reading.name)) { $0 }
        let often = names.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        for (name, uses) in often {
            print("Calls itself \(name): \(uses.count)")
        }
    }

    /// Mean projection of the stream over each thought, in the units of the file.
    private func projections(_ thoughts: [String], _ direction: String) async throws -> [Double] {
        let device = try model.exactDevice()
        let reference = try model.reference
        let at = direction.lastIndex(of: "@")
        let words = at.map { "\(direction[..<$0]):1\(direction[$0...])" } ?? "\(direction):1"
        return try await untilInterrupted("Stopped.") {
            try await TrainingThread().run { _ in
                let steering = try SteeringRequest(words).load()
                guard steering.count == 1, let one = steering.first else {
                    throw ValidationError(
                        "\(direction) has directions for \(steering.count) layers; name one, as "
                            + "FILE@15.")
                }
                let language = try LanguageModel(reference, device: device)
                try one.validate(for: language.model.configuration)
                let readout = try StreamReadout.along(one.vector)
                let window = language.model.configuration.maxPositionEmbeddings
                return try thoughts.map { thought in
                    try Task.checkCancellation()
                    let tokens = language.tokenizer.encode(thought, addingSpecial: true)
                    let passage = Passage(
                        tokens: Array(tokens.prefix(window)),
                        answerStart: max(0, min(1, tokens.count - 1)))
                    let means = try PassageMeans(language, [passage], layers: [one.layer])
                    return try readout(means.answers[0]).item()
                }
            }
        }
    }
}

/// A row whose fields are texts and numbers; others are passed over.
private struct ThoughtRow: Decodable {
    var fields: [String: String] = [:]

    private struct Field: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Field.self)
        for key in row.allKeys {
            if let text = try? row.decode(String.self, forKey: key) {
                fields[key.stringValue] = text
            } else if let number = try? row.decode(Double.self, forKey: key) {
                fields[key.stringValue] = Int(exactly: number).map { "\($0)" } ?? "\(number)"
            }
        }
    }

    /// The reasoning: a field as it is, or what is in tags.
    func thought(_ field: String?) -> String? {
        if let field {
            guard let text = fields[field], !text.allSatisfy(\.isWhitespace) else { return nil }
            return ThoughtText.reasoning(in: text) ?? text
        }
        return ["completion", "answer", "text"].lazy.compactMap { fields[$0] }
            .compactMap { ThoughtText.reasoning(in: $0) }.first
    }
}
