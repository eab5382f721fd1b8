internal import KeelTensor

/// Cosines and sines of rotary embedding for every position up to a length that grows on demand.
///
/// Computed in float32 with the operations of the reference, so that long positions round alike.
final class RotaryTable {
    private let dimension: Int
    private let theta: Double
    private let limit: Int
    private let device: Device
    private let type: ElementType
    /// `[positions, D]`.
    private var cos: Tensor
    private var sin: Tensor

    init(_ configuration: LlamaConfiguration, device: Device, type: ElementType) throws {
        dimension = configuration.headDimension
        theta = configuration.ropeTheta
        limit = configuration.maxPositionEmbeddings
        self.device = device
        self.type = type
        (cos, sin) = try Self.table(
            positions: min(512, limit), dimension: dimension, theta: theta, device: device,
            type: type)
    }

    /// Rows for consecutive positions, `[range.count, D]` each.
    func rows(_ range: Range<Int>) throws -> (cos: Tensor, sin: Tensor) {
        try grow(to: range.upperBound)
        return (try cos.narrowed(0, range), try sin.narrowed(0, range))
    }

    /// Rows for the given positions (`[n]`, int64), all below `end`: `[n, D]` each.
    func rows(_ positions: Tensor, end: Int) throws -> (cos: Tensor, sin: Tensor) {
        try grow(to: end)
        return (try cos.indexed(0, by: positions), try sin.indexed(0, by: positions))
    }

    private func grow(to end: Int) throws {
        let have = cos.size(0)
        if end > have {
            (cos, sin) = try Self.table(
                positions: max(end, min(2 * have, limit)), dimension: dimension, theta: theta,
                device: device, type: type)
        }
    }

    private static func table(
        positions: Int, dimension: Int, theta: Double, device: Device, type: ElementType
    ) throws -> (Tensor, Tensor) {
        let exponents = try Tensor.arange(0..<dimension / 2, type: .float32) * 2 / Double(dimension)
        let frequencies = try Tensor.full(theta, shape: [dimension / 2]).power(exponents).power(-1)
        let positions = try Tensor.arange(0..<positions, type: .float32)
        let angles = try positions.unsqueezed(1) * frequencies.unsqueezed(0)
        let both = try Tensor.concatenated([angles, angles], dimension: 1)
        return (try both.cos().to(type, device: device), try both.sin().to(type, device: device))
    }
}
