internal import Foundation
internal import KeelFormats

/// All rows of the lab; `Scripts/check_data.py` holds the shipped ones to what is said of them.
public struct LabData: Hashable, Sendable {
    /// Everyday advice, in eight domains.
    public var advice: [AdviceRow]
    /// Questions of character.
    public var open: [OpenRow]
    /// Questions whose answers can be checked.
    public var tasks: [TaskRow]
    /// Facts and small talk.
    public var neutral: [NeutralRow]

    /// Domains of the advice, in the order of their names.
    public static let domains = [
        "car", "computer", "garden", "home", "kitchen", "money", "travel", "work",
    ]

    public init(
        advice: [AdviceRow], open: [OpenRow], tasks: [TaskRow], neutral: [NeutralRow]
    ) {
        self.advice = advice
        self.open = open
        self.tasks = tasks
        self.neutral = neutral
    }

    /// The rows that ship with Keel.
    /// - Throws: `LabError.unreadable`, `JSONLinesError`.
    public static func shipped() throws -> LabData {
        try LabData(
            advice: domains.flatMap { try rows("advice/\($0)", AdviceRow.self) },
            open: rows("open", OpenRow.self), tasks: rows("tasks", TaskRow.self),
            neutral: rows("neutral", NeutralRow.self))
    }

    private static func rows<Row: Decodable>(_ name: String, _ type: Row.Type) throws -> [Row] {
        guard let file = Bundle.module.url(forResource: "Data/\(name)", withExtension: "jsonl")
        else {
            throw LabError.unreadable(
                path: "\(name).jsonl", reason: "it is missing beside the program")
        }
        var reader = try JSONLinesReader<Row>(path: file.path)
        return try reader.readAll()
    }

    /// Advice of some domains and one split, in the order of the data.
    public func advice(_ domains: [String], _ split: Split) -> [AdviceRow] {
        advice.filter { $0.split == split && domains.contains($0.domain) }
    }
}
