import KeelTensor
import Testing

@Suite struct GradientTests {
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
        (
            "attention",
            { x in
                let q = try x.reshaped(1, 1, 3, 4)
                return try q.attention(keys: q * 2, values: q + 1, causal: true, scale: 0.5)
                    .square().sum()
            }
        ),
    ]

    @Test(arguments: functions.map(\.name)) func `gradients agree with finite differences`(
        _ name: String
    ) throws {
        let function = try #require(Self.functions.first { $0.name == name }).function
        let generator = try RandomGenerator(seed: 11)
        let values: [Double] = try Tensor.normal([12], type: .float64, generator: generator).array()
        let x = try Tensor(values, shape: [3, 4])
        try x.requireGradient()
        try function(x).backward()
        let gradient: [Double] = try #require(x.gradient).array()
        for index in values.indices {
            func value(_ step: Double) throws -> Double {
                var moved = values
                moved[index] += step
                return try function(Tensor(moved, shape: [3, 4])).item()
            }
            let numeric = try (value(1e-5) - value(-1e-5)) / 2e-5
            #expect(
                abs(gradient[index] - numeric) < 1e-6 * max(1, abs(numeric)), "element \(index)")
        }
    }

    @Test func `gradients can be asked for without touching what is collected`() throws {
        let x = try Tensor([1, 2] as [Double])
        try x.requireGradient()
        let gradients = try x.square().gradients(of: [x])
        #expect(try gradients[0].array(Double.self) == [2, 4])
        #expect(x.gradient == nil)
    }

    @Test func `nothing is recorded where gradients are off`() throws {
        let x = try Tensor([1, 2] as [Double])
        try x.requireGradient()
        let y = try Engine.withoutGradients { try x * 2 }
        #expect(!y.requiresGradient)
        #expect(try (x * 2).requiresGradient)
        #expect(throws: TensorError.self) { try y.sum().backward() }
    }
}
