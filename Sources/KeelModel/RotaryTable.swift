internal import KeelTensor
internal import Synchronization

/// Cosines and sines of rotary embedding for every position up to a length that grows on demand.
///
/// Computed in float32 with the operations of the reference, so that long positions round alike.
final class RotaryTable {
    private let dimension: Int
    private let theta: Double
    private let limit: Int
    private let device: Device
    private let type: ElementType
    private let rows: Mutex<Rows>

    /// Cosines and sines `[positions, D]`; never written once they are here.
    private struct Rows: @unchecked Sendable {
        var cos: Tensor
        var sin: Tensor
    }

    init(_ configuration: LlamaConfiguration, device: Device, type: ElementType) throws {
        dimension = configuration.headDimension
        theta = configuration.ropeTheta
        limit = configuration.maxPositionEmbeddings
        self.device = device
        self.type = type
        rows = Mutex(
            try Self.table(
                positions: min(512, limit), dimension: dimension, theta: theta, device: device,
                type: type))
    }

    /// Rows for consecutive positions, `[range.count, D]` each.
    func rows(_ range: Range<Int>) throws -> (cos: Tensor, sin: Tensor) {
        let rows = try rows(to: range.upperBound)
        return (try rows.cos.narrowed(0, range), try rows.sin.narrowed(0, range))
    }

    /// Rows for the given positions (`[n]`, int64), all below `end`: `[n, D]` each.
    func rows(_ positions: Tensor, end: Int) throws -> (cos: Tensor, sin: Tensor) {
        let rows = try rows(to: end)
        return (try rows.cos.indexed(0, by: positions), try rows.sin.indexed(0, by: positions))
    }

    private func rows(to end: Int) throws -> Rows {
        try rows.withLock { rows in
            let have = rows.cos.size(0)
            if end > have {
                rows = try Self.table(
                    positions: max(end, min(2 * have, limit)), dimension: dimension, theta: theta,
                    device: device, type: type)
            }
            return rows
        }
    }

    private static func table(
        positions: Int, dimension: Int, theta: Double, device: Device, type: ElementType
    ) throws -> Rows {
        let exponents = try Tensor.arange(0..<dimension / 2, type: .float32) * 2 / Double(dimension)
        let frequencies = try Tensor.full(theta, shape: [dimension / 2]).power(exponents).power(-1)
        let positions = try Tensor.arange(0..<positions, type: .float32)
        let angles = try positions.unsqueezed(1) * frequencies.unsqueezed(0)
        let both = try Tensor.concatenated([angles, angles], dimension: 1)
        return Rows(
            cos: try both.cos().to(type, device: device),
            sin: try both.sin().to(type, device: device))
    }
}
