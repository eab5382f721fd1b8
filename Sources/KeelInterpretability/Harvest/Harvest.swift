import Foundation
import KeelLanguage
public import KeelModel
import KeelTensor

/// Reads text and chats, and stores what a model's activations were at each token.
///
/// One pack of passages is in memory at a time, whatever there is to read. Passages are dealt out to
/// processes in turn; a process that was ended goes on behind its last whole shard.
public struct Harvest {
    private let language: LanguageModel
    private let subtracted: LanguageModel?
    private let data: [String]
    private let options: HarvestOptions
    private let folder: String
    private let rank: Int
    private let size: Int

    /// How far a harvest is.
    public struct Progress: Sendable {
        /// Rows of this process, stored or about to be.
        public var rows: Int
        /// Tokens that this process has read since it started.
        public var tokens: Int
        /// Since this process started to read.
        public var seconds: Double
    }

    /// - Parameters:
    ///   - language: The model.
    ///   - subtracted: A model whose activations on the same tokens are taken off, so that what is
    ///     stored is the difference of two models.
    ///   - data: JSON Lines of text or chats.
    ///   - options: What to keep.
    ///   - folder: Where shards go.
    ///   - rank: Which of the processes this one is.
    ///   - size: How many processes share the work, all writing to the same folder.
    public init(
        _ language: LanguageModel, minus subtracted: LanguageModel? = nil, data: [String],
        options: HarvestOptions, folder: String, rank: Int = 0, size: Int = 1
    ) {
        self.language = language
        self.subtracted = subtracted
        self.data = data
        self.options = options
        self.folder = folder
        self.rank = rank
        self.size = size
    }

    /// Harvests what is missing.
    /// - Parameter onPack: Called after each forward pass.
    /// - Returns: Rows of this process.
    /// - Throws: `CancellationError` when the task is cancelled; `InterpretabilityError`,
    ///   `JSONLinesError`, `TensorError`.
    @discardableResult
    public func run(onPack: (Progress) -> Void = { _ in }) throws -> Int {
        let configuration = language.model.configuration
        guard subtracted.map({ $0.model.configuration == configuration }) ?? true else {
            throw InterpretabilityError.unsupported("The two models are of different sizes.")
        }
        let (points, type) = try options.validate(for: configuration)
        _ = try WorkFolder(path: folder, configuration: try self.configuration(points))
        let writer = try ShardWriter(
            folder: "\(folder)/rank-\(rank)", points: points, type: type,
            rowsPerShard: options.rowsPerShard)
        if writer.manifest.isFinished { return writer.rows }
        let limit = options.maxRows.map { ($0 + size - 1 - rank) / size } ?? .max

        var reader = try PassageReader(data, for: language, window: options.window)
        var read = 0
        while read < writer.manifest.passages, try reader.next() != nil { read += 1 }
        var pack: [(passage: Passage, number: Int)] = []
        var filled = 0
        var tokens = 0
        let start = ContinuousClock.now
        func flush() throws {
            try Task.checkCancellation()
            if pack.isEmpty { return }
            try store(pack, points, in: writer, limit: limit, passages: read)
            tokens += filled
            (pack, filled) = ([], 0)
            onPack(
                Progress(
                    rows: writer.rows, tokens: tokens,
                    seconds: (ContinuousClock.now - start) / .seconds(1)))
        }
        while writer.rows < limit, let passage = try reader.next() {
            if read % size == rank {
                // After a shard, packs begin where they did in a harvest that was never ended.
                if filled + passage.tokens.count > options.tokensPerPass { try flush() }
                pack.append((passage, read))
                filled += passage.tokens.count
            }
            read += 1
        }
        if writer.rows < limit { try flush() }
        try writer.finish(passages: read)
        return writer.rows
    }

    private func store(
        _ pack: [(passage: Passage, number: Int)], _ points: [HookPoint], in writer: ShardWriter,
        limit: Int, passages: Int
    ) throws {
        let packed = PackedPassages(pack.map(\.passage))
        var kept: [Int] = []
        var sources: [ActivationSource] = []
        var row = 0
        for (passage, number) in pack {
            for (position, token) in passage.tokens.enumerated() {
                let isKept =
                    position >= options.skippedPositions
                    && (!options.answersOnly || position >= passage.answerStart)
                if isKept, writer.rows + kept.count < limit {
                    kept.append(row)
                    sources.append(
                        ActivationSource(token: token, position: position, passage: number))
                }
                row += 1
            }
        }
        if kept.isEmpty { return }
        try Engine.withoutGradients {
            let indices = try Tensor(kept)
            var all = try packed.activations(at: points, of: language.model)
            if let subtracted {
                all = try zip(all, packed.activations(at: points, of: subtracted.model)).map {
                    try $0 - $1
                }
            }
            let activations = try all.map {
                kept.count == row ? $0 : try $0.indexed(0, by: indices)
            }
            try writer.append(activations, sources: sources, passages: passages)
        }
    }

    private func configuration(_ points: [HookPoint]) throws -> HarvestConfiguration {
        var sizes: [String: Int] = [:]
        for path in data {
            sizes[path] =
                try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        }
        var identity = try LanguageModel.identity(of: language.reference)
        if let subtracted {
            let other = try LanguageModel.identity(of: subtracted.reference)
            for (key, value) in other { identity["minus \(key)"] = value }
        }
        return HarvestConfiguration(
            model: language.reference.description,
            minus: subtracted?.reference.description, identity: identity, data: sizes,
            options: options,
            widths: Dictionary(
                uniqueKeysWithValues: points.map {
                    ("\($0)", $0.width(in: language.model.configuration))
                }), processes: size)
    }
}
