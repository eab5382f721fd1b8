internal import Crypto
public import Foundation
internal import KeelFormats
public import KeelLanguage

/// Answers and scores in a folder, so that what a model was asked once is not asked again.
///
/// The answers to one question are a file of JSON Lines whose name is the SHA-256 of the question:
/// the model with all that decides what it says, the prompt, and the options. Its first line is the
/// question, each further line an answer with its sample number, or a score with its completion.
/// Files only grow. A program killed at any moment loses at most what it had not appended, a torn
/// line is asked again, and programs that share a folder append in turns. In memory there is never
/// more than one question.
public struct SampleCache: Sendable {
    /// Where its files lie; made when the first answer is kept.
    public let folder: URL

    /// Opens a folder, and makes it if it is not there.
    /// - Throws: `SampleCacheError`.
    public init(folder: URL) throws(SampleCacheError) {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw SampleCacheError(path: folder.path, reason: error.localizedDescription)
        }
        self.folder = folder
    }

    struct Question: Encodable {
        /// Raised when equal questions could get other answers than before.
        var format = 1
        var model: String
        var facts: [String: String]
        var messages: [Message]?
        var text: String?
        /// Nil of scores, which depend on no option.
        var options: SamplingOptions?

        init(_ model: String, _ facts: [String: String], _ prompt: Prompt) {
            self.model = model
            self.facts = facts
            switch prompt {
            case .messages(let messages): self.messages = messages
            case .text(let text): self.text = text
            }
        }

        /// SHA-256 of the question as JSON with sorted keys, in hexadecimal.
        var key: String {
            get throws {
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                return try SHA256.hash(data: encoder.encode(self))
                    .map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            }
        }
    }

    /// A line but the first.
    struct Entry: Codable {
        var sample: Int?
        var answer: Completion?
        var completion: String?
        var score: Score?
    }

    private struct Header: Encodable {
        var question: Question
    }

    /// What is there; the first of equal lines counts.
    func entries(of question: Question) throws(SampleCacheError) -> [Entry] {
        let file = try path(of: question)
        guard FileManager.default.fileExists(atPath: file) else { return [] }
        do {
            var reader = try JSONLinesReader<Entry>(path: file)
            var entries: [Entry] = []
            while true {
                do {
                    guard let entry = try reader.next() else { return entries }
                    entries.append(entry)
                } catch is JSONLinesError {
                    // What can't be read is asked again.
                }
            }
        } catch {
            throw SampleCacheError(path: file, reason: "\(error)")
        }
    }

    func append(_ entries: [Entry], to question: Question) throws(SampleCacheError) {
        let file = try path(of: question)
        do {
            try FileManager.default.createDirectory(
                atPath: URL(filePath: file).deletingLastPathComponent().path,
                withIntermediateDirectories: true)
            let writer = try JSONLinesWriter(path: file, exclusion: .waiting)
            if writer.isEmpty { try writer.append(Header(question: question)) }
            for entry in entries { try writer.append(entry) }
        } catch {
            throw SampleCacheError(path: file, reason: "\(error)")
        }
    }

    private func path(of question: Question) throws(SampleCacheError) -> String {
        do {
            let key = try question.key
            return folder.appending(components: String(key.prefix(2)), "\(key).jsonl").path
        } catch {
            throw SampleCacheError(path: folder.path, reason: "\(error)")
        }
    }
}

/// Why a cache can't be used.
public struct SampleCacheError: ModelFailure, Hashable, CustomStringConvertible {
    public var path: String
    public var reason: String

    public var isLasting: Bool { true }

    public var description: String {
        "The cache at \(path) can't be used: \(reason) Free the space, mend the folder, or go on "
            + "without a cache."
    }
}
