import Foundation
import KeelModel
import KeelTensor

/// Writes rows of activations, shard by shard; a shard counts once the manifest names it.
final class ShardWriter {
    private let folder: String
    private let points: [HookPoint]
    private let type: ElementType
    private let rowsPerShard: Int
    private(set) var manifest: ActivationManifest
    /// One for each point, and one for where rows come from.
    private var files: [FileHandle] = []
    /// Rows of the shard that is being written.
    private var filled = 0

    init(folder: String, points: [HookPoint], type: ElementType, rowsPerShard: Int) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.folder = folder
        self.points = points
        self.type = type
        self.rowsPerShard = rowsPerShard
        manifest = try ActivationManifest(folder: folder) ?? ActivationManifest()
    }

    var rows: Int { manifest.rows + filled }

    static func file(_ shard: String, _ point: HookPoint) -> String { "\(shard).\(point).bin" }
    static func sources(_ shard: String) -> String { "\(shard).rows.bin" }

    private var name: String { String("0000\(manifest.shards.count)".suffix(5)) }

    /// - Parameters:
    ///   - activations: `[rows, width]` of each point, float32.
    ///   - sources: Of each row.
    ///   - passages: Passages that have been read when this is written.
    /// - Throws: `InterpretabilityError.unsupported` for what the type cannot hold; what the system
    ///   says of the file.
    func append(_ activations: [Tensor], sources: [ActivationSource], passages: Int) throws {
        if files.isEmpty {
            let names = points.map { Self.file(name, $0) } + [Self.sources(name)]
            files = try names.map { name in
                let path = folder + "/" + name
                try Data().write(to: URL(filePath: path))
                return try FileHandle(forWritingTo: URL(filePath: path))
            }
        }
        for (file, (point, tensor)) in zip(files, zip(points, activations)) {
            let stored = try tensor.to(type)
            let isFinite =
                try type != .float16 || stored.isFinite().all().to(.float32).item() == 1
            guard isFinite else {
                throw InterpretabilityError.unsupported(
                    "Activations at \(point) are too large for float16; store bfloat16 or float32.")
            }
            try file.write(contentsOf: Data(stored.contiguous().bytes()))
        }
        let numbers = sources.flatMap {
            [Int32(clamping: $0.token), Int32(clamping: $0.position), Int32(clamping: $0.passage)]
        }
        try numbers.withUnsafeBytes { try files[points.count].write(contentsOf: Data($0)) }
        filled += sources.count
        if filled >= rowsPerShard { try close(passages: passages) }
    }

    func finish(passages: Int) throws {
        if filled > 0 { try close(passages: passages) }
        manifest.isFinished = true
        try manifest.write(to: folder)
    }

    /// Puts the shard on disk, then into the manifest.
    private func close(passages: Int) throws {
        for file in files {
            try file.synchronize()
            try file.close()
        }
        files = []
        manifest.shards.append(
            ActivationManifest.Shard(name: name, rows: filled, passages: passages))
        filled = 0
        try manifest.write(to: folder)
    }
}
