import KeelTensor
import Testing

@Suite struct LayerTests {
    @Test(arguments: [1, 2, 3, 16, 33])
    func `a packed linear layer agrees with the plain one`(_ rows: Int) throws {
        let generator = try RandomGenerator(seed: 3)
        let weight = try Tensor.normal([48, 32], generator: generator)
        let x = try Tensor.normal([2, rows, 32], generator: generator)
        let packed = LinearWeight(weight, packing: true)
        try expectClose(packed(x), x.linear(weight), within: 1e-4)
        let error = #expect(throws: TensorError.self) { try packed(Tensor.zeros([1, 31])) }
        #expect(error?.shapes == [[1, 31], [48, 32]])
    }

    @Test func `rms-norm is its formula`() throws {
        let generator = try RandomGenerator(seed: 4)
        let x = try Tensor.normal([5, 8], generator: generator)
        let weight = try Tensor.normal([8], generator: generator)
        let formula = try x * (x.square().mean(-1, keeping: true) + 1e-5).rsqrt() * weight
        try expectClose(x.rmsNorm(weight, epsilon: 1e-5), formula, within: 1e-6)
    }

    @Test func `attention is its formula, with a mask and causally`() throws {
        let generator = try RandomGenerator(seed: 5)
        let (q, k, v) = try (
            Tensor.normal([2, 3, 4, 8], generator: generator),
            Tensor.normal([2, 3, 4, 8], generator: generator),
            Tensor.normal([2, 3, 4, 8], generator: generator)
        )
        let mask = try Tensor.full(-.infinity, shape: [4, 4]).upperTriangle(diagonal: 1)
        let formula = try (q.matmul(k.transposed()) * 0.3 + mask).softmax().matmul(v)
        try expectClose(
            q.attention(keys: k, values: v, mask: mask, scale: 0.3), formula, within: 1e-5)
        try expectClose(
            q.attention(keys: k, values: v, causal: true, scale: 0.3), formula, within: 1e-5)
    }

    @Test(arguments: [(1, 64), (3, 64), (4, 128), (8, 192)])
    func `attention of one new position is its formula, and keeps what it read`(
        _ group: Int, _ D: Int
    ) throws {
        let generator = try RandomGenerator(seed: 7)
        let (B, Hkv, capacity) = (3, 2, 40)
        let lengths = [0, 16, 39]
        let query = try Tensor.normal([B, 1, Hkv * group, D], generator: generator) * 2
        let (key, value) = try (
            Tensor.normal([B, 1, Hkv, D], generator: generator),
            Tensor.normal([B, 1, Hkv, D], generator: generator)
        )
        // A row more than there are texts; behind the end of a text there may be anything.
        let cache = try (0..<2).map { _ in
            try Tensor.normal([B + 1, Hkv, capacity, D], generator: generator)
        }
        for (text, length) in lengths.enumerated() where length + 1 < capacity {
            for store in cache {
                try store.selected(0, text).narrowed(1, length..<capacity)
                    .assign(Tensor.full(.nan, shape: [1]))
            }
        }
        let halves = try cache.map { try $0.to(.float16) }
        let found = try query.decodeAttention(
            key: key, value: value, keys: halves[0], values: halves[1], lengths: lengths,
            scale: 0.3)
        for (text, length) in lengths.enumerated() {
            let (k, v) = try (
                halves[0].selected(0, text).narrowed(1, 0..<length + 1).to(.float32),
                halves[1].selected(0, text).narrowed(1, 0..<length + 1).to(.float32)
            )
            try expectClose(
                k.narrowed(1, length..<length + 1), key.selected(0, text).transposed(0, 1),
                within: 4e-3)
            let q = try query.selected(0, text).reshaped(Hkv, group, D)
            let formula = try (q.matmul(k.transposed(-2, -1)) * 0.3).softmax().matmul(v)
            try expectClose(
                found.selected(0, text).reshaped(Hkv, group, D), formula, within: 1e-4)
        }
        let full = [0, 16, 40]
        #expect(throws: TensorError.self) {
            try query.decodeAttention(
                key: key, value: value, keys: halves[0], values: halves[1], lengths: full, scale: 1)
        }
        #expect(throws: TensorError.self) {
            try query.decodeAttention(
                key: key, value: value, keys: cache[0], values: cache[1], lengths: lengths, scale: 1
            )
        }
    }

    @Test func `rotary embedding keeps lengths and turns by the difference of positions`() throws {
        let generator = try RandomGenerator(seed: 6)
        let x = try Tensor.normal([1, 8], generator: generator)
        let y = try Tensor.normal([1, 8], generator: generator)
        func rotated(_ x: Tensor, _ position: Double) throws -> Tensor {
            let angles =
                try Tensor([1, 0.1, 0.01, 0.001, 1, 0.1, 0.01, 0.001] as [Float]) * position
            return try x.rotary(cos: angles.cos(), sin: angles.sin())
        }
        try expectClose(rotated(x, 5).norm(), x.norm(), within: 1e-5)
        let near = try (rotated(x, 9) * rotated(y, 7)).sum()
        let far = try (rotated(x, 42) * rotated(y, 40)).sum()
        try expectClose(near, far, within: 1e-4)
    }

    @Test func `cross-entropy is minus the log-probability of the targets, the ignored left out`()
        throws
    {
        let generator = try RandomGenerator(seed: 7)
        let logits = try Tensor.normal([3, 5], generator: generator)
        let logprobs: [Float] = try logits.logSoftmax().array()
        let loss = try logits.crossEntropy(Tensor([4, -100, 0])).item()
        #expect(abs(loss + Double(logprobs[4] + logprobs[10]) / 2) < 1e-6)
    }
}

/// Expects two tensors to agree, and says by how much and where they do not.
func expectClose(
    _ a: Tensor, _ b: Tensor, within tolerance: Double,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(a.shape == b.shape, sourceLocation: sourceLocation)
    let difference = try (a.to(.float64) - b.to(.float64)).abs().reshaped(-1)
    let greatest = try difference.max().item()
    let place = try difference.argmax(0).item()
    #expect(
        greatest <= tolerance, "greatest difference \(greatest) at element \(Int(place))",
        sourceLocation: sourceLocation)
}
