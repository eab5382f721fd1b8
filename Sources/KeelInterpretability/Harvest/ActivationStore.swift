import Foundation
import KeelFormats
public import KeelTensor

/// Harvested activations, mapped into memory; of any size, since only rows that are read are touched.
public final class ActivationStore {
    private struct Shard {
        /// `[rows, width]`.
        var values: Tensor
        var sources: MappedFile
        var first: Int
    }

    /// The folder that holds `rank-0` and the manifests.
    public let folder: String
    /// The model that was read, and hashes of its files.
    public let model: String
    /// A model whose activations were taken off.
    public let minus: String?
    /// What else decides the activations: hashes and versions by name.
    public let identity: [String: String]
    /// The hook point's name.
    public let point: String
    /// Numbers of a row, `C`.
    public let width: Int
    /// Files that were read.
    public let data: [String]
    /// Tokens of a passage at most.
    public let window: Int
    /// Positions left out at the start of each passage.
    public let skippedPositions: Int
    /// Whether only tokens of answers were kept.
    public let answersOnly: Bool
    /// Rows of all shards.
    public let count: Int
    private let shards: [Shard]

    /// Opens what has been harvested so far.
    /// - Parameters:
    ///   - folder: A harvest's folder.
    ///   - point: Which hook point; may be left out where there is one only.
    /// - Throws: `InterpretabilityError.unreadable`; `FileError`.
    public init(folder: String, point: String? = nil) throws {
        let path = folder + "/config.json"
        guard let data = try? Data(contentsOf: URL(filePath: path)),
            let configuration = try? JSONDecoder().decode(HarvestConfiguration.self, from: data)
        else {
            throw InterpretabilityError.unreadable(
                path: folder,
                reason: "it holds no activations; \"keel activations\" makes such a folder")
        }
        let points = configuration.options.points
        guard let name = point ?? (points.count == 1 ? points.first : nil), points.contains(name),
            let width = configuration.widths[name],
            let type = ElementType(rawValue: configuration.options.type)
        else {
            throw InterpretabilityError.unreadable(
                path: folder, reason: "it holds \(points.joined(separator: ", ")); name one of them"
            )
        }
        self.folder = folder
        model = configuration.model
        minus = configuration.minus
        identity = configuration.identity
        self.data = configuration.data.keys.sorted()
        window = configuration.options.window
        skippedPositions = configuration.options.skippedPositions
        answersOnly = configuration.options.answersOnly
        self.point = name
        self.width = width
        var shards: [Shard] = []
        var count = 0
        for rank in 0..<configuration.processes {
            let part = "\(folder)/rank-\(rank)"
            for shard in try ActivationManifest(folder: part)?.shards ?? [] {
                let values = try MappedFile(path: "\(part)/\(shard.name).\(name).bin")
                let sources = try MappedFile(path: part + "/" + ShardWriter.sources(shard.name))
                guard shard.rows >= 1, values.byteCount == shard.rows * width * type.size,
                    sources.byteCount == shard.rows * 12
                else {
                    throw InterpretabilityError.unreadable(
                        path: values.path, reason: "it is not as long as its manifest says")
                }
                let tensor = try values.withBytes {
                    try Tensor(
                        memory: $0, shape: [shard.rows, width], type: type, owner: values)
                }
                shards.append(Shard(values: tensor, sources: sources, first: count))
                count += shard.rows
            }
        }
        guard count > 0 else {
            throw InterpretabilityError.unreadable(path: folder, reason: "it holds no rows yet")
        }
        self.shards = shards
        self.count = count
    }

    /// Rows as float32 `[indices.count, width]`, in ascending order of their index.
    public func rows(_ indices: [Int]) throws -> Tensor {
        let sorted = indices.sorted()
        var parts: [Tensor] = []
        var rest = sorted[...]
        for shard in shards {
            let end = shard.first + shard.values.size(0)
            let here = rest.prefix { $0 < end }
            if here.isEmpty { continue }
            parts.append(
                try shard.values.indexed(0, by: Tensor(here.map { $0 - shard.first })).to(.float32))
            rest = rest.dropFirst(here.count)
        }
        return try parts.count == 1 ? parts[0] : .concatenated(parts, dimension: 0)
    }

    /// Consecutive rows as float32 `[range.count, width]`.
    public func rows(_ range: Range<Int>) throws -> Tensor {
        let parts = try shards.compactMap { shard -> Tensor? in
            let own = shard.first..<shard.first + shard.values.size(0)
            let part = range.clamped(to: own)
            if part.isEmpty { return nil }
            return try shard.values.narrowed(
                0, part.lowerBound - own.lowerBound..<part.upperBound - own.lowerBound
            ).to(.float32)
        }
        return try parts.count == 1 ? parts[0] : .concatenated(parts, dimension: 0)
    }

    /// Where a row comes from.
    public func source(_ row: Int) throws -> ActivationSource {
        guard let shard = shards.last(where: { $0.first <= row }), row >= 0, row < count else {
            throw InterpretabilityError.unsupported("There is no row \(row) among \(count).")
        }
        let start = (row - shard.first) * 12
        return try shard.sources.withBytes(in: start..<start + 12) { bytes in
            func number(_ index: Int) -> Int {
                Int(bytes.loadUnaligned(fromByteOffset: index * 4, as: Int32.self))
            }
            return ActivationSource(
                token: number(0), position: number(1), passage: number(2))
        }
    }
}

extension ActivationStore {
    /// Median length of a row, over at most some thousands spread over the store.
    public func medianLength() throws -> Double {
        let rows = stride(from: 0, to: count, by: max(1, count / 8192)).map(\.self)
        let lengths = try Engine.withoutGradients {
            try self.rows(rows).norm(1).array(Float.self).sorted()
        }
        return Double(lengths[lengths.count / 2])
    }
}
