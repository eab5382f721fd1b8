import KeelTensor

extension GradientTests {
    /// One scalar function for each differentiable operation that training uses.
    static let functions: [(name: String, function: @Sendable (Tensor) throws -> Tensor)] = [
        ("arithmetic", { try (($0 * 3 - 1) * $0 / ($0.square() + 2)).sum() }),
        ("exp and log", { try ($0.exp() + 1).log().mean() }),
        (
            "activations",
            { try ($0.silu() + $0.gelu() + $0.sigmoid() + $0.tanh() + $0.logSigmoid()).sum() }
        ),
        ("softmax", { try ($0.softmax() * $0).sum() }),
        (
            "rms-norm",
            {
                try ($0.rmsNorm(Tensor.full(2, shape: [4], type: .float64), epsilon: 1e-6) * $0)
                    .sum()
            }
        ),
        ("matmul", { try $0.matmul($0.transposed()).square().sum() }),
        ("cross-entropy", { try $0.crossEntropy(Tensor([1, 3, 0])) }),
        ("log-sum-exp", { try $0.logSumExp(-1).sum() }),
        (
            "narrow and concatenate",
            { x in
                try Tensor.concatenated(
                    [x.narrowed(1, 0..<2).exp(), x.narrowed(1, 2..<4)], dimension: 1
                ).square().sum()
            }
        ),
        ("gather", { try $0.gathered(1, by: Tensor([2, 0, 1], shape: [3, 1])).square().sum() }),
        ("swiglu", { try $0.swiGLU($0.square() - 1).square().sum() }),
        (
            "rms-norm, its weight trained",
            { x in
                let weight = try x.narrowed(0, 0..<1).reshaped(4)
                return try (x.rmsNorm(weight, epsilon: 1e-3) * x).sum()
            }
        ),
        (
            "rotary",
            { x in
                let angles = try Tensor([0.3, 1.7, -0.4, 2] as [Double])
                return try (x.rotary(cos: angles.cos(), sin: angles.sin()) * x.exp()).sum()
            }
        ),
        (
            "split",
            { x in
                let parts = try x.split(0, lengths: [1, 2])
                return try (parts[0] * parts[1].square()).sum()
            }
        ),
        (
            "scatter-add",
            {
                try Tensor.zeros([2, 4], type: .float64)
                    .scatterAdded(0, at: Tensor([0, 1, 0]).unsqueezed(1).expanded(3, 4), $0)
                    .square().sum()
            }
        ),
        ("checkpoint", { try $0.checkpointed { try ($0.exp() * $0).tanh() }.square().sum() }),
        (
            "low-rank update, with respect to its input",
            { x in
                let weight = LinearWeight(try Self.numbers([5, 4], seed: 1), packing: false)
                let (a, b) = try (Self.numbers([2, 4], seed: 2), Self.numbers([5, 2], seed: 3))
                return try weight(x, a: a, b: b, scale: 0.7).square().sum()
            }
        ),
        (
            "low-rank update, with respect to A",
            { a in
                let weight = LinearWeight(try Self.numbers([5, 4], seed: 1), packing: false)
                let (x, b) = try (Self.numbers([2, 2, 4], seed: 2), Self.numbers([5, 3], seed: 3))
                return try weight(x, a: a, b: b, scale: 0.7).square().sum()
            }
        ),
        (
            "low-rank update, with respect to B",
            { b in
                let weight = LinearWeight(try Self.numbers([3, 5], seed: 1), packing: false)
                let (x, a) = try (Self.numbers([2, 2, 5], seed: 2), Self.numbers([4, 5], seed: 3))
                return try weight(x, a: a, b: b, scale: 0.7).square().sum()
            }
        ),
        (
            "log-probabilities of tokens",
            { x in
                let weight = LinearWeight(try Self.numbers([6, 4], seed: 1), packing: false)
                let (values, _) = try weight.logProbabilities(x, of: Tensor([5, 0, 2]))
                return try (values * Tensor([1, -2, 0.5] as [Double])).sum()
            }
        ),
        (
            "attention",
            { x in
                let q = try x.reshaped(1, 1, 3, 4)
                return try q.attention(keys: q * 2, values: q + 1, causal: true, scale: 0.5)
                    .square().sum()
            }
        ),
        (
            "linear",
            { x in
                let weight = try Self.numbers([5, 4], seed: 1)
                return try x.linear(weight, bias: Self.numbers([5], seed: 2)).square().sum()
            }
        ),
        ("layer-norm", { try ($0.layerNorm(nil, bias: nil, epsilon: 1e-3) * $0).sum() }),
        (
            "layer-norm, its weight and bias trained",
            { x in
                let (weight, bias) = try (x.selected(0, 0), x.selected(0, 1))
                return try (x.layerNorm(weight, bias: bias, epsilon: 1e-3) * x).sum()
            }
        ),
        ("power of a number", { try ($0.square() + 1).power(1.7).sum() }),
        ("power of a tensor", { try $0.exp().power($0).sum() }),
        ("the larger of two", { try Tensor.max($0, $0.square()).square().sum() }),
        ("the smaller of two", { try Tensor.min($0, $0.square()).square().sum() }),
        ("largest and smallest", { try ($0.max(1) * $0.min(1)).sum() }),
        ("clamp", { try ($0.clamped(to: -0.5...0.5) * $0).sum() }),
        ("index", { try $0.indexed(0, by: Tensor([2, 0, 2])).exp().sum() }),
        ("embedding", { try $0.embedding(Tensor([2, 0, 2, 1], shape: [2, 2])).exp().sum() }),
        ("select", { try ($0 .> 0).select($0.square(), else: $0.exp()).sum() }),
        ("log1p", { try $0.square().log1p().sum() }),
        ("square root", { try ($0.square() + 1).sqrt().sum() }),
        ("reciprocal square root", { try ($0.square() + 1).rsqrt().sum() }),
        ("sine, cosine and size", { try ($0.sin() * $0.cos() * $0.abs()).sum() }),
        ("relu", { try $0.relu().square().sum() }),
        ("gelu by tanh", { try $0.gelu(approximate: true).square().sum() }),
        ("variance", { try $0.variance(1).square().sum() }),
        ("norm", { try $0.norm(1).exp().sum() }),
        ("cumulative sum", { try $0.cumulativeSum(1).square().sum() }),
        ("log-softmax", { try ($0.logSoftmax() * $0).sum() }),
        ("top", { try $0.top(2).values.exp().sum() }),
        (
            "triangles",
            { try ($0.lowerTriangle().square() + $0.upperTriangle(diagonal: 1).exp()).sum() }
        ),
        (
            "stack and permute",
            { x in
                let stack = try Tensor.stacked([x, x.exp()])
                return try stack.permuted(2, 0, 1).cumulativeSum(0).square().sum()
            }
        ),
        ("expand", { try ($0.narrowed(0, 0..<1).expanded(3, 4) * $0.exp()).sum() }),
    ]

    static func numbers(_ shape: [Int], seed: UInt64) throws -> Tensor {
        try .normal(shape, type: .float64, generator: RandomGenerator(seed: seed))
    }
}
