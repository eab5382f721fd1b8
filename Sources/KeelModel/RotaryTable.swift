internal import KeelTensor
internal import Synchronization

/// How the tokens of a pass are turned: cosines and sines of where they stand, for each rotation
/// that the model has.
public struct Rotations {
    private var angles: [Rope: (cos: Tensor, sin: Tensor)]

    fileprivate init(_ angles: [Rope: (cos: Tensor, sin: Tensor)]) { self.angles = angles }

    /// Queries or keys `[B, T, H, D]`, turned; as they are where there is no rotation.
    func turned(_ x: Tensor, by rope: Rope?) throws -> Tensor {
        guard let rope, let (cos, sin) = angles[rope] else { return x }
        return try x.rotary(cos: cos, sin: sin)
    }
}

/// The rotary tables of a model, one for each rotation that its layers have.
struct RotaryTables {
    private let tables: [Rope: RotaryTable]

    init(_ configuration: TransformerConfiguration, device: Device, type: ElementType) {
        var tables: [Rope: RotaryTable] = [:]
        for rope in Set(configuration.layers.compactMap(\.rope)) {
            tables[rope] = RotaryTable(
                rope, dimension: configuration.headDimension,
                limit: configuration.maxPositionEmbeddings, device: device, type: type)
        }
        self.tables = tables
    }

    /// For texts of which all begin at position 0 and have `count` tokens.
    func rotations(_ count: Int) throws -> Rotations {
        Rotations(
            try tables.mapValues { table in
                let (cos, sin) = try table.rows(to: count)
                func first(_ x: Tensor) throws -> Tensor {
                    try x.narrowed(0, 0..<count).unsqueezed(1)
                }
                return (try first(cos), try first(sin))
            })
    }

    /// For tokens at given positions, all below `end`, one behind the other or one a row.
    /// - Parameters:
    ///   - positions: `[n]`, int64.
    ///   - end: How far the tables must reach.
    ///   - perRow: Whether each is the one token of a row of its own.
    /// - Returns: Tables that broadcast against `[1, n, H, D]`, or `[n, 1, H, D]` if `perRow`.
    /// - Throws: `TensorError`.
    func rotations(at positions: Tensor, end: Int, perRow: Bool = false) throws -> Rotations {
        Rotations(
            try tables.mapValues { table in
                let (cos, sin) = try table.rows(to: end)
                func chosen(_ x: Tensor) throws -> Tensor {
                    let rows = try x.indexed(0, by: positions).unsqueezed(1)
                    return perRow ? try rows.unsqueezed(1) : rows
                }
                return (try chosen(cos), try chosen(sin))
            })
    }
}

/// Cosines and sines of one rotation for every position up to a length that grows on demand.
///
/// Computed in float32 with the operations of the reference, so that long positions round alike.
private final class RotaryTable {
    private let dimension: Int
    private let rope: Rope
    private let limit: Int
    private let device: Device
    private let type: ElementType
    private let rows = Mutex<Rows?>(nil)

    /// Cosines and sines `[positions, D]`; never written once they are here.
    private struct Rows: @unchecked Sendable {
        var cos: Tensor
        var sin: Tensor
        var both: (cos: Tensor, sin: Tensor) { (cos, sin) }
    }

    init(_ rope: Rope, dimension: Int, limit: Int, device: Device, type: ElementType) {
        self.dimension = dimension
        self.rope = rope
        self.limit = limit
        self.device = device
        self.type = type
    }

    /// At least `end` rows, `[…, D]` each.
    func rows(to end: Int) throws -> (cos: Tensor, sin: Tensor) {
        try rows.withLock { rows in
            let have = rows?.cos.size(0) ?? 0
            if let rows, end <= have { return rows }
            let new = try table(positions: max(end, min(max(512, 2 * have), limit)))
            rows = new
            return new
        }.both
    }

    private func table(positions: Int) throws -> Rows {
        let exponents = try Tensor.arange(0..<dimension / 2, type: .float32) * 2 / Double(dimension)
        let plain = try Tensor.full(rope.theta, shape: [dimension / 2]).power(exponents).power(-1)
        let frequencies = try Tensor(rope.frequencies(plain.array()))
        let positions = try Tensor.arange(0..<positions, type: .float32)
        let angles = try positions.unsqueezed(1) * frequencies.unsqueezed(0)
        let both = try Tensor.concatenated([angles, angles], dimension: 1)
        return Rows(
            cos: try both.cos().to(type, device: device),
            sin: try both.sin().to(type, device: device))
    }
}
