import KeelFormats
public import KeelLanguage
public import KeelModel
import KeelTensor

/// How far each training row would move a model along a direction, before anything is trained.
///
/// The projection difference (Chen 2025) is that of a row's answer less that of what the model would
/// do by itself. The stream at the last token of the prompt stands for the latter, so nothing is
/// generated. Projections are in median lengths of the stream, or, of a vector that does not come from
/// Keel, in its own length.
public struct DataScreen {
    private let language: LanguageModel
    private let layers: [Int]
    /// One for each direction.
    private let vectors: [[Float]]

    /// What a row would do.
    public struct Row: Hashable, Sendable, Codable {
        /// The file that the row stands in.
        public var file: String
        /// Counted from 1.
        public var line: Int
        /// Tokens of the answer.
        public var tokens: Int
        /// One of each for each direction: mean over the answer, at the last token before it, and the
        /// difference.
        public var answer: [Double]
        public var prompt: [Double]
        public var difference: [Double]
    }

    /// - Parameters:
    ///   - language: The model that would be trained.
    ///   - directions: Each for one layer.
    /// - Throws: `ModelError.configuration` for one that does not fit.
    public init(_ language: LanguageModel, directions: [Steering]) throws {
        for one in directions { try one.validate(for: language.model.configuration) }
        self.language = language
        layers = directions.map(\.layer)
        vectors = directions.map(\.vector)
    }

    /// Reads files, some rows at a time.
    /// - Parameters:
    ///   - paths: JSON Lines of chats, or of prompts and completions.
    ///   - window: The most tokens of a row that are read.
    ///   - onRow: Called with each row that has an answer, in order.
    /// - Returns: Rows without an answer, which are passed over.
    /// - Throws: `JSONLinesError`, `InterpretabilityError`; what `onRow` throws.
    public func screen(_ paths: [String], window: Int, onRow: (Row) throws -> Void) throws -> Int {
        var without = 0
        for path in paths {
            var reader = try PassageReader([path], for: language, window: window)
            var waiting: [Passage] = []
            func flush() throws {
                if waiting.isEmpty { return }
                for row in try rows(waiting, file: path) { try onRow(row) }
                waiting = []
            }
            while let passage = try reader.next() {
                guard !passage.answer.isEmpty else {
                    without += 1
                    continue
                }
                waiting.append(passage)
                if waiting.count == 32 { try flush() }
            }
            try flush()
        }
        return without
    }

    /// How much further the chosen answers of preferences lie along each direction than the rejected
    /// ones: the mean over the one less the mean over the other, so what the prompt does cancels.
    /// - Parameters:
    ///   - pairs: Two answers to one prompt each.
    ///   - window: The most tokens of a prompt and its answer that are read, at least 2.
    ///   - onRead: Called with the number of pairs read.
    /// - Returns: For each pair a number for each direction; nil where nothing of an answer is left
    ///   within the window.
    /// - Throws: `InterpretabilityError.unsupported` for a window that does not fit the model;
    ///   `TemplateError`; `CancellationError`.
    public func differences(
        of pairs: [(prompt: Prompt, chosen: String, rejected: String)], window: Int,
        onRead: (Int) -> Void = { _ in }
    ) throws -> [[Double]?] {
        let limit = language.model.configuration.maxPositionEmbeddings
        guard (2...limit).contains(window) else {
            throw InterpretabilityError.unsupported(
                "The window is \(window) tokens; it must be from 2 to the model's \(limit).")
        }
        var found: [[Double]?] = []
        for start in stride(from: 0, to: pairs.count, by: 16) {
            try Task.checkCancellation()
            var passages: [Passage] = []
            var isRead: [Bool] = []
            for pair in pairs[start..<min(start + 16, pairs.count)] {
                let both = try [pair.chosen, pair.rejected].flatMap {
                    try language.passages(
                        of: CorpusRow(.answer(pair.prompt, $0)), window: window)
                }.filter { !$0.answer.isEmpty }
                isRead.append(both.count == 2)
                if both.count == 2 { passages += both }
            }
            var rest = try passages.isEmpty ? [] : rows(passages, file: "").map(\.answer)[...]
            for isWhole in isRead {
                guard isWhole, let chosen = rest.popFirst(), let rejected = rest.popFirst() else {
                    found.append(nil)
                    continue
                }
                found.append(zip(chosen, rejected).map { $0 - $1 })
            }
            onRead(found.count)
        }
        return found
    }

    private func rows(_ passages: [Passage], file: String) throws -> [Row] {
        let levels = Set(layers).sorted()
        let means = try PassageMeans(language, passages, layers: levels)
        var columns: [(answer: [Double], prompt: [Double])] = []
        try Engine.withoutGradients {
            for (layer, vector) in zip(layers, vectors) {
                let v = try Tensor(vector)
                // x·u in units of |v|.
                let scaled = try (v / v.square().sum()).unsqueezed(1)
                let index = levels.firstIndex(of: layer) ?? 0
                func projections(_ x: Tensor) throws -> [Double] {
                    try x.matmul(scaled).squeezed(1).to(.float64).array()
                }
                columns.append(
                    (try projections(means.answers[index]), try projections(means.prompts[index])))
            }
        }
        return passages.enumerated().map { index, passage in
            let answer = columns.map { $0.answer[index] }
            let prompt = columns.map { $0.prompt[index] }
            return Row(
                file: file, line: passage.line, tokens: passage.answer.count, answer: answer,
                prompt: prompt, difference: zip(answer, prompt).map { $0 - $1 })
        }
    }
}
