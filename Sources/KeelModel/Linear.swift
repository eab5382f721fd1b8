internal import KeelTensor

/// A linear layer without bias: `x Wᵀ`, plus low-rank adapters that can come and go.
final class Linear {
    private enum Weight {
        case plain(Tensor)
        case packed(PackedLinear)
    }

    private let weight: Weight
    /// `[out, in]`.
    let shape: [Int]
    var adapters: [LowRank] = []

    /// - Parameters:
    ///   - weight: `[out, in]`.
    ///   - packing: Whether to lay the weight out for fast inference, where the machine can.
    init(_ weight: Tensor, packing: Bool) {
        shape = weight.shape
        self.weight =
            packing ? PackedLinear(weight).map(Weight.packed) ?? .plain(weight) : .plain(weight)
    }

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        var y =
            switch weight {
            case .plain(let weight): try x.linear(weight)
            case .packed(let packed): try packed(x)
            }
        for adapter in adapters { y = try y + adapter(x) }
        return y
    }
}

/// A low-rank update of a linear layer (LoRA, Hu 2021): `scale · B A x`.
struct LowRank {
    /// `[r, in]`.
    var a: Tensor
    /// `[out, r]`.
    var b: Tensor
    var scale: Double

    func callAsFunction(_ x: Tensor) throws -> Tensor {
        try x.linear(a).linear(b) * scale
    }
}
