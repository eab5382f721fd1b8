import Foundation
import KeelFormats
import KeelLanguage

/// The forms in which other trainers read rows.
public enum DatasetFormat: String, Sendable, Codable, CaseIterable {
    case trl
    case openRLHF = "openrlhf"
    /// With the entry that `dataset_info.json` needs.
    case llamaFactory = "llama-factory"
    /// Preferences in the fields of mlx-lm-lora, since mlx-lm has none.
    case mlxLM = "mlx-lm"

    /// Writes a folder with `train.jsonl` and what else the trainer needs.
    /// - Throws: `FileError`; `TrainingError.unsupported` for a row that the trainer has no form for.
    public func write(_ rows: [SupervisedRow], to folder: String) throws {
        try write(try rows.map(fields), isRanking: false, to: folder)
    }

    /// Writes a folder with `train.jsonl` and what else the trainer needs.
    ///
    /// Probabilities are left out: none of these trainers reads them.
    /// - Throws: `FileError`; `TrainingError.unsupported` for a row that the trainer has no form for.
    public func write(_ rows: [PreferenceRow], to folder: String) throws {
        try write(try rows.map(fields), isRanking: true, to: folder)
    }

    private func write(_ rows: [[String: Any]], isRanking: Bool, to folder: String) throws {
        try StagedFolder.replace(folder) { draft in
            let lines = try rows.map { try Self.json($0) + "\n" }
            try lines.joined().write(
                toFile: draft + "/train.jsonl", atomically: true, encoding: .utf8)
            guard self == .llamaFactory else { return }
            let columns = [
                "messages": "conversations", "system": "system", "chosen": "chosen",
                "rejected": "rejected",
            ].filter { isRanking || !["chosen", "rejected"].contains($0.key) }
            let entry: [String: Any] = [
                "file_name": "train.jsonl", "formatting": "sharegpt", "ranking": isRanking,
                "columns": columns,
            ]
            try Self.json(["keel": entry]).write(
                toFile: draft + "/dataset_info.json", atomically: true, encoding: .utf8)
        }
    }

    private static func json(_ value: [String: Any]) throws -> String {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        return String(
            decoding: try JSONSerialization.data(withJSONObject: value, options: options),
            as: UTF8.self)
    }

    // MARK: Rows

    private func fields(_ row: SupervisedRow) throws -> [String: Any] {
        switch (row, self) {
        case (.messages(let messages), .llamaFactory):
            return Self.shareGPT(messages)
        case (.completion(.messages(let prompt), .messages(let completion)), .llamaFactory):
            return Self.shareGPT(prompt + completion)
        case (.messages(let messages), _):
            return ["messages": Self.plain(messages)]
        case (.completion(.messages(let prompt), .messages(let completion)), .trl):
            return ["prompt": Self.plain(prompt), "completion": Self.plain(completion)]
        case (.completion(.messages(let prompt), .messages(let completion)), _):
            return ["messages": Self.plain(prompt + completion)]
        case (.completion(.text(let prompt), .text(let completion)), .trl),
            (.completion(.text(let prompt), .text(let completion)), .mlxLM):
            return ["prompt": prompt, "completion": completion]
        case (.text(let text), .trl), (.text(let text), .mlxLM):
            return ["text": text]
        default:
            throw TrainingError.unsupported(
                "\(rawValue) has no form for rows of plain text; write them as messages.")
        }
    }

    private func fields(_ row: PreferenceRow) throws -> [String: Any] {
        switch (row.prompt, row.chosen, row.rejected) {
        case (.messages(let prompt), .messages(let chosen), .messages(let rejected)):
            switch self {
            case .trl:
                return [
                    "prompt": Self.plain(prompt), "chosen": Self.plain(chosen),
                    "rejected": Self.plain(rejected),
                ]
            case .openRLHF:
                return [
                    "chosen": Self.plain(prompt + chosen),
                    "rejected": Self.plain(prompt + rejected),
                ]
            case .llamaFactory:
                guard chosen.count == 1, rejected.count == 1 else { break }
                var fields = Self.shareGPT(prompt)
                fields["chosen"] = Self.turn(chosen[0])
                fields["rejected"] = Self.turn(rejected[0])
                return fields
            case .mlxLM:
                let asked = prompt.filter { $0.role != .system }
                guard asked.count == 1, chosen.count == 1, rejected.count == 1 else { break }
                var fields = [
                    "prompt": asked[0].content, "chosen": chosen[0].content,
                    "rejected": rejected[0].content,
                ]
                fields["system"] = prompt.first { $0.role == .system }?.content
                return fields
            }
            throw TrainingError.unsupported(
                "\(rawValue) has no form for preferences between several turns.")
        case (.text(let prompt), .text(let chosen), .text(let rejected)):
            guard self == .trl || self == .mlxLM else {
                throw TrainingError.unsupported(
                    "\(rawValue) has no form for rows of plain text; write them as messages.")
            }
            return ["prompt": prompt, "chosen": chosen, "rejected": rejected]
        default:
            throw TrainingError.unsupported("A row is either all text or all lists of messages.")
        }
    }

    private static func plain(_ messages: [Message]) -> [[String: String]] {
        messages.map { ["role": $0.role.rawValue, "content": $0.content] }
    }

    private static func shareGPT(_ messages: [Message]) -> [String: Any] {
        var fields: [String: Any] = [
            "conversations": messages.filter { $0.role != .system }.map(turn)
        ]
        fields["system"] = messages.first { $0.role == .system }?.content
        return fields
    }

    private static func turn(_ message: Message) -> [String: String] {
        let names: [Message.Role: String] = [
            .user: "human", .assistant: "gpt", .tool: "observation", .system: "system",
        ]
        return ["from": names[message.role] ?? message.role.rawValue, "value": message.content]
    }
}
