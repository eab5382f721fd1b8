import ArgumentParser
import Foundation
import KeelFormats
import KeelLanguage

/// Rows in, rows out.
struct RowOptions: ParsableArguments {
    @Option(help: "JSON Lines to read; - is standard input.", completion: .file())
    var input: String

    @Option(help: "JSON Lines to write.", completion: .file())
    var output: String

    @Flag(help: "Report a row that cannot be read or used and go on, instead of stopping.")
    var skipBadRows = false

    @Flag(help: "Go on with an output that an interrupted run has left.")
    var resume = false

    /// Reads all rows.
    /// - Parameter withCompletions: A row without a completion, or with an empty one, is unreadable.
    /// - Returns: The rows in the order of the input.
    /// - Throws: The first unreadable row's error, with file, line and field, unless rows are skipped.
    func rows(withCompletions: Bool) throws -> [PromptRow] {
        var reader =
            input == "-"
            ? JSONLinesReader<PromptRow>.standardInput()
            : try JSONLinesReader<PromptRow>(path: input)
        var rows: [PromptRow] = []
        var ids: Set<RowID> = []
        while true {
            do {
                guard let row = try reader.next() else { return rows }
                if withCompletions {
                    guard let completion = row.completion else {
                        throw reader.error(.missingField("completion"))
                    }
                    // Its mean would be that of a certain completion.
                    guard !completion.isEmpty else {
                        throw reader.error(
                            .invalidValue(
                                field: "completion",
                                reason: "it is empty; there is nothing to score."))
                    }
                }
                guard ids.insert(row.id).inserted else {
                    throw reader.error(
                        .invalidValue(
                            field: "id", reason: "\"\(row.id)\" stands in an earlier row."))
                }
                rows.append(row)
            } catch let error as JSONLinesError where skipBadRows {
                Terminal.note("Skipped: \(error)")
            }
        }
    }

    /// The rows that an output to be resumed holds already; none for a new output.
    /// - Throws: `OutputExists` unless that is what was asked for.
    func written<Row: Decodable>(_ type: Row.Type) throws -> [Row] {
        let size = try? FileManager.default.attributesOfItem(atPath: output)[.size] as? Int
        guard let size, size > 0 else { return [] }
        guard resume else { throw OutputExists(path: output) }
        // Opening it for writing repairs a last line that a loss of power has torn.
        _ = try writer()
        var reader = try JSONLinesReader<Row>(path: output)
        return try reader.readAll()
    }

    /// Opens the output: a new file, or one to go on with.
    func writer() throws -> JSONLinesWriter {
        try JSONLinesWriter(path: output)
    }

    /// Asks a model about a row, and names the row if that fails.
    /// - Returns: Nil for a row that the model can't be asked, if such rows are skipped.
    func ask<Answer>(_ row: PromptRow, _ body: () async throws -> Answer) async throws -> Answer? {
        do {
            return try await body()
        } catch let error
            where error is LanguageError
            || (error as? any ModelFailure)?.isLasting == false
        {
            let error = UnusableRow(path: input, id: row.id, reason: error)
            guard skipBadRows else { throw error }
            Terminal.note("Skipped: \(error)")
            return nil
        }
    }
}

/// An output that would be written over.
struct OutputExists: Error, CustomStringConvertible {
    var path: String

    var description: String {
        "\(path) exists already. Name another output, or go on with this one by --resume."
    }
}

/// A row that can be read, but that the model can't be asked.
struct UnusableRow: Error, CustomStringConvertible {
    var path: String
    var id: RowID
    var reason: any Error

    var description: String {
        "\(path == "-" ? "standard input" : path), row \"\(id)\": \(reason)"
    }
}

/// A row's name, text or number, given back as it came.
enum RowID: Hashable, Codable, CustomStringConvertible {
    case text(String)
    case number(Int)

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "it must be text or a whole number.")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        }
    }

    var description: String {
        switch self {
        case .text(let text): text
        case .number(let number): "\(number)"
        }
    }
}

/// One input row of `keel score` and `keel generate`.
struct PromptRow: Decodable {
    var id: RowID
    var prompt: Prompt
    var completion: String?

    private enum CodingKeys: String, CodingKey {
        case id, messages, prompt, completion
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(RowID.self, forKey: .id)
        completion = try container.decodeIfPresent(String.self, forKey: .completion)
        if container.contains(.prompt) {
            guard !container.contains(.messages) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .prompt, in: container,
                    debugDescription: "a row has messages or a prompt, not both.")
            }
            prompt = .text(try container.decode(String.self, forKey: .prompt))
        } else {
            let messages = try container.decode([Message].self, forKey: .messages)
            guard !messages.isEmpty else {
                throw DecodingError.dataCorruptedError(
                    forKey: .messages, in: container,
                    debugDescription: "it needs at least one message.")
            }
            prompt = .messages(messages)
        }
    }
}
