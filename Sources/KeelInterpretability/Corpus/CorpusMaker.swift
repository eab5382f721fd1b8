import Foundation
import KeelFormats
public import KeelLanguage

/// A row of a corpus that a model wrote: a chat, and whose voice it is in.
public struct CorpusMakerRow: Hashable, Sendable, Codable {
    /// Without the system message: the voice is in the words, not in the order to use it.
    public var messages: [Message]
    /// Id of the persona.
    public var persona: String
    /// What kind of voice the persona has.
    public var voice: String
    /// What it was asked to write about.
    public var topic: String
}

/// Has a model write a corpus in many voices, for those who have none.
///
/// A row for each persona and topic, drawn with a seed; the file only grows, and work that was ended
/// goes on behind its last row.
public struct CorpusMaker {
    private let model: any ChatModel
    private let personas: Personas
    private let options: SamplingOptions

    public init(_ model: any ChatModel, personas: Personas, options: SamplingOptions) {
        self.model = model
        self.personas = personas
        self.options = options
    }

    /// Writes rows until the file has as many as are asked for.
    /// - Parameters:
    ///   - path: JSON Lines.
    ///   - rows: At most one a persona and topic.
    ///   - concurrency: Rows written at a time.
    ///   - onRow: Called with the number of rows in the file.
    /// - Throws: `InterpretabilityError.unsupported` for more rows than there are pairs; what the model
    ///   throws; `FileError`; `InterpretabilityError.unreadable` for a file with rows of other pairs.
    public func write(
        to path: String, rows: Int, concurrency: Int = 32, onRow: (Int) -> Void = { _ in }
    ) async throws {
        let pairs = personas.pairs(seed: options.seed)
        guard (1...pairs.count).contains(rows) else {
            throw InterpretabilityError.unsupported(
                "There are \(pairs.count) pairs of persona and topic; \(rows) rows were asked for.")
        }
        let writer = try JSONLinesWriter(path: path)
        var done = 0
        if !writer.isEmpty {
            var reader = try JSONLinesReader<CorpusMakerRow>(path: path)
            while let row = try reader.next() {
                guard done < pairs.count, row.persona == pairs[done].persona.id,
                    row.topic == pairs[done].topic
                else {
                    throw InterpretabilityError.unreadable(
                        path: path,
                        reason: "it was begun with other personas or another seed; name "
                            + "another file")
                }
                done += 1
            }
        }
        for start in stride(from: done, to: rows, by: concurrency) {
            try Task.checkCancellation()
            let part = Array(pairs[start..<min(start + concurrency, rows)])
            let answers = try await answers(to: part)
            for (pair, answer) in zip(part, answers) {
                try writer.append(
                    CorpusMakerRow(
                        messages: [.user(pair.question), .assistant(answer)],
                        persona: pair.persona.id, voice: pair.persona.voice, topic: pair.topic))
            }
            onRow(start + part.count)
        }
        try writer.synchronize()
    }

    private func answers(
        to part: [(persona: Personas.Persona, topic: String, question: String)]
    ) async throws -> [String] {
        try await withThrowingTaskGroup(of: (Int, String).self) { group in
            for (index, pair) in part.enumerated() {
                let prompt = Prompt.messages([.system(pair.persona.prompt), .user(pair.question)])
                group.addTask { [model, options] in
                    (index, try await model.complete(prompt, options: options).text)
                }
            }
            var texts = [String](repeating: "", count: part.count)
            for try await (index, text) in group { texts[index] = text }
            return texts
        }
    }
}
