internal import Foundation
internal import KeelFormats

/// Readings of an arm at some of its steps: `panel.jsonl`, which only grows, a line for each reading of
/// the whole panel.
///
/// What was read is not read again: an arm that is taken up reaches each step with the same weights.
public final class PanelLog {
    /// What an arm was read at, at one step.
    public struct Entry: Hashable, Sendable, Codable {
        /// Optimiser steps done; 0 is the model that the arm begins with.
        public var step: Int
        /// Under which condition: `plain`, `cued`, `scale 3`.
        public var condition: String
        /// One for each item of the panel.
        public var readings: [ItemReading]

        public init(step: Int, condition: String, readings: [ItemReading]) {
            self.step = step
            self.condition = condition
            self.readings = readings
        }
    }

    /// The question as it stands.
    public static let plain = "plain"
    /// Behind a question like those that were trained on.
    public static let cued = "cued"
    private let writer: JSONLinesWriter
    /// In the order of the file.
    public private(set) var entries: [Entry]

    /// Opens a log, or makes it.
    /// - Throws: `JSONLinesError`, `FileError`.
    public init(path: String) throws {
        writer = try JSONLinesWriter(path: path)
        var reader = try JSONLinesReader<Entry>(path: path)
        entries = try reader.readAll()
    }

    /// The entries of a log that may not be there yet.
    public static func entries(_ path: String) throws -> [Entry] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var reader = try JSONLinesReader<Entry>(path: path)
        return try reader.readAll()
    }

    /// What was read at a step, or what `read` now reads, kept on disk before this returns.
    @discardableResult
    public func entry(
        step: Int, condition: String = PanelLog.plain, _ read: () throws -> [ItemReading]
    ) throws -> Entry {
        if let old = entries.first(where: { $0.step == step && $0.condition == condition }) {
            return old
        }
        let new = Entry(step: step, condition: condition, readings: try read())
        try writer.append(new)
        try writer.synchronize()
        entries.append(new)
        return new
    }
}
