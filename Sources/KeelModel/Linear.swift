package import KeelTensor

/// A linear layer: `x Wᵀ + b`, plus low-rank updates that can come and go.
package final class Linear {
    package let weight: LinearWeight
    /// `[out]`; nil where the layer has none.
    package let bias: Tensor?
    package var updates: [LowRank] = []

    /// `[out, in]`.
    package var shape: [Int] { weight.shape }

    /// - Parameters:
    ///   - weight: `[out, in]`.
    ///   - bias: `[out]`.
    ///   - packing: How the weight is packed, where the machine can; nil for the weight itself.
    /// - Throws: `TensorError` for a weight in fewer bits that holds what is no number.
    convenience init(_ weight: Tensor, bias: Tensor? = nil, packing: WeightPrecision?) throws {
        let quantised = try packing.flatMap { try QuantisedWeight(weight, precision: $0) }
        self.init(
            quantised.map { LinearWeight($0) } ?? LinearWeight(weight, packing: packing != nil),
            bias: bias)
    }

    init(_ weight: LinearWeight, bias: Tensor? = nil) {
        self.weight = weight
        self.bias = bias
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let y = try product(x)
        return try bias.map { try y + $0 } ?? y
    }

    private func product(_ x: Tensor) throws -> Tensor {
        var active = updates.filter(\.isOn)
        // The update that is trained was added last: it goes with the weight in one operation.
        guard weight.plain?.requiresGradient != true, let last = active.popLast() else {
            return try active.reduce(weight(x)) { try $0 + $1(x) }
        }
        let y = try weight(x, a: last.a, b: last.b, scale: last.scale)
        return try active.reduce(y) { try $0 + $1(x) }
    }
}

/// A low-rank update of a linear layer (LoRA, Hu 2021): `scale · B A x`.
package final class LowRank {
    /// `[r, in]`.
    package let a: Tensor
    /// `[out, r]`.
    package let b: Tensor
    package let scale: Double
    package var isOn = true

    package init(a: Tensor, b: Tensor, scale: Double) {
        self.a = a
        self.b = b
        self.scale = scale
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        let type = try x.elementType()
        return try x.linear(a.to(type)).linear(b.to(type)) * scale
    }
}
