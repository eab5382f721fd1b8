internal import KeelTensor

/// `x / rms(x) · (offset + w)` over the last dimension (Zhang and Sennrich 2019).
final class RMSNorm {
    /// Under its checkpoint name, `[n]`.
    let parameter: (name: String, value: Tensor)
    private let epsilon: Double
    private let offset: Double
    /// What multiplies, in at least float32, where it can be known beforehand.
    private let factor: Tensor?

    /// - Parameters:
    ///   - path: Where the weight is, without `.weight`.
    ///   - count: Of its numbers.
    ///   - configuration: Of the model.
    ///   - weights: Where weights are found by name.
    ///   - packing: How linear layers are packed; nil where weights are trained, this one too.
    /// - Throws: `ModelError` for a weight that is missing or has another shape.
    init(
        _ path: String, _ count: Int, _ configuration: TransformerConfiguration,
        _ weights: any WeightSource, packing: WeightPrecision?
    ) throws {
        let weight = try weights.weight(path + ".weight", shape: [count])
        parameter = (path + ".weight", weight)
        epsilon = configuration.rmsNormEpsilon
        offset = configuration.normOffset
        factor = offset != 0 && packing != nil ? try Self.factor(weight, offset) : nil
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        guard offset != 0 else { return try x.rmsNorm(parameter.value, epsilon: epsilon) }
        // The sum is rounded to the stream's type after the product only, as Gemma does it.
        let factor = try self.factor ?? Self.factor(parameter.value, offset)
        let type = try x.elementType()
        return try x.to(factor.elementType()).rmsNorm(factor, epsilon: epsilon).to(type)
    }

    private static func factor(_ weight: Tensor, _ offset: Double) throws -> Tensor {
        let wide = try weight.elementType() == .float64 ? weight : weight.to(.float32)
        return try wide + offset
    }
}
