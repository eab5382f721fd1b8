import KeelTensor
import Testing

/// Weights in 8 and 4 bits: no number is off by more than rounding explains, and no product either.
@Suite struct QuantisedWeightTests {
    private let weight: Tensor
    private let generator: RandomGenerator

    init() throws {
        generator = try RandomGenerator(seed: 11)
        // Rows of many sizes, one far from zero, one of equal numbers, one of zeros.
        let sizes = try Tensor((0..<48).map { Float($0) }, shape: [48, 1]) * 0.1
        let numbers = try Tensor.normal([48, 64], generator: generator) * sizes
        try numbers.selected(0, 5).assign(numbers.selected(0, 5) + 40)
        try numbers.selected(0, 6).assign(Tensor.full(0.37, shape: [1]))
        weight = numbers
    }

    /// How far each number of a weight may be off, `[out, in]`.
    ///
    /// Half a step, or what rounding a scale and a zero to bfloat16 moves the ends of their range, 1/256
    /// of what each contributes. Half of one percent is for the step itself, which is rounded, too.
    private func bound(_ weight: Tensor, _ precision: WeightPrecision) throws -> Tensor {
        let ones = try Tensor.full(1, shape: weight.shape)
        if precision == .int8 {
            return try weight.abs().max(1, keeping: true) / 127 * 0.5025 * ones
        }
        let groups = try weight.reshaped(weight.size(0), -1, 32)
        let low = try groups.min(2, keeping: true)
        let step = try (groups.max(2, keeping: true) - low) / 15
        let zero = try low + step * 8
        let ends = try (step * 15 + zero.abs()) / 256
        return try (Tensor.max(step * 0.5025, ends * 1.005) * ones.reshaped(groups.shape))
            .reshaped(weight.shape)
    }

    /// Expects `found` within `bound` of `expected`, number by number.
    private func expect(
        _ found: Tensor, _ expected: Tensor, within bound: Tensor,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(found.shape == expected.shape, sourceLocation: sourceLocation)
        let excess = try ((found - expected).abs() - bound).max().item()
        // Float32 rounds the sums of 64 numbers.
        #expect(excess <= 1e-3, "beyond the bound by \(excess)", sourceLocation: sourceLocation)
        #expect(try found.isFinite().all().item() == 1, sourceLocation: sourceLocation)
    }

    @Test func `no number in 8 bits is off by more than half a step of its row`() throws {
        let packed = try #require(try QuantisedWeight(weight, precision: .int8))
        #expect(packed.precision == .int8)
        let found = try packed.rows(Tensor.arange(0..<48))
        try expect(found, weight, within: bound(weight, .int8))
        // And it is that rounding which is measured: of most rows, some number is off by a third of it.
        let share = try ((found - weight).abs().max(1) / bound(weight, .int8).max(1))
            .array(Float.self)
        #expect(share.filter { $0 > 0.66 }.count > 40)
        #expect(try packed.rows(Tensor([3, 3], shape: [2, 1])).shape == [2, 1, 64])
        #expect(throws: TensorError.self) { try packed.rows(Tensor([48])) }
    }

    @Test(
        arguments: [WeightPrecision.int8, .int4], [1, 3, 4, 17, 31, 32, 40])
    func `a product is off by no more than its weight, its inputs and its result are`(
        _ precision: WeightPrecision, _ rows: Int
    ) throws {
        let packed = try LinearWeight(#require(try QuantisedWeight(weight, precision: precision)))
        #expect(packed.precision == precision && packed.plain == nil)
        let x = try Tensor.normal([1, rows, 64], generator: generator)
        let size = try x.abs().matmul(weight.abs().transposed())
        let explained = try x.abs().matmul(bound(weight, precision).transposed())
        // Inputs and results are rounded to bfloat16, each by at most 1/256; wide products are not.
        let isWide = precision == .int8 && rows >= 32
        let rounding = try isWide ? size * 0 : (size + explained) / 128
        try expect(
            packed(x), x.linear(weight), within: (explained + rounding) * 1.01)
    }

    @Test(arguments: [WeightPrecision.int8, .int4])
    func `a product with a unit reads one column of the weight`(
        _ precision: WeightPrecision
    ) throws {
        let packed = try LinearWeight(#require(try QuantisedWeight(weight, precision: precision)))
        let limits = try bound(weight, precision).transposed()
        let columns = try weight.transposed().contiguous()
        for start in stride(from: 0, to: 64, by: 16) {
            let rows = start..<start + 16
            var unit = [Float](repeating: 0, count: 16 * 64)
            for row in 0..<16 { unit[row * 64 + start + row] = 1 }
            let own = try columns.narrowed(0, rows)
            try expect(
                packed(Tensor(unit, shape: [16, 64])), own,
                within: limits.narrowed(0, rows) * 1.01 + own.abs() / 256)
        }
    }

    // Packing takes 4,096 rows at a time, panels of 4 bits are 64 rows, and products go by 4.
    @Test(arguments: zip([WeightPrecision.int8, .int4], [4099, 4176]))
    func `many rows keep their places, also the last ones that fill no panel`(
        _ precision: WeightPrecision, _ count: Int
    ) throws {
        let large = try Tensor.normal([count, 64], generator: generator)
        let packed = try LinearWeight(#require(try QuantisedWeight(large, precision: precision)))
        #expect(packed.precision == precision)
        var unit = [Float](repeating: 0, count: 64 * 64)
        for row in 0..<64 { unit[row * 65] = 1 }
        let columns = try large.transposed().contiguous()
        let limits = try bound(large, precision).transposed()
        // Few rows at a time, and as many as 8 bits are widened for.
        for rows in [0..<5, 0..<64] {
            let own = try columns.narrowed(0, rows)
            try expect(
                packed(Tensor(unit, shape: [64, 64]).narrowed(0, rows)), own,
                within: limits.narrowed(0, rows) * 1.01 + own.abs() / 256)
        }
    }

    @Test func `a low-rank update is added in float32`() throws {
        let packed = try LinearWeight(#require(try QuantisedWeight(weight, precision: .int4)))
        let x = try Tensor.normal([2, 64], generator: generator)
        let a = try Tensor.normal([3, 64], generator: generator)
        let b = try Tensor.normal([48, 3], generator: generator)
        let update = try packed(x, a: a, b: b, scale: 0.5) - packed(x)
        try expectClose(update, x.linear(a).linear(b) * 0.5, within: 1e-3)
    }

    @Test func `gradients are refused in words`() throws {
        let packed = try LinearWeight(#require(try QuantisedWeight(weight, precision: .int8)))
        let x = try Tensor.normal([2, 64], generator: generator)
        try x.requireGradient()
        let error = #expect(throws: TensorError.self) { try packed(x) }
        #expect(error?.reason.contains("load the model with weights as f32") == true)
        _ = try Engine.withoutGradients { try packed(x) }
        #expect(throws: TensorError.self) {
            try packed.logProbabilities(x, of: Tensor([1, 2]))
        }
    }

    @Test func `what fewer bits cannot hold gets more, and what is no number is refused`() throws {
        func held(_ rows: Int, _ columns: Int, _ asked: WeightPrecision) throws
            -> WeightPrecision?
        {
            try QuantisedWeight(Tensor.full(1, shape: [rows, columns]), precision: asked)?.precision
        }
        #expect(try held(32, 96, .int4) == .int4)
        #expect(try held(32, 48, .int4) == .int8)
        #expect(try held(30, 96, .int4) == .int8)
        #expect(try held(3, 16, .int8) == .int8)
        #expect(try held(32, 40, .int8) == nil)
        #expect(try held(32, 96, .full) == nil)
        for bad in [Double.nan, .infinity] {
            let spoilt = try weight + 0
            try spoilt.selected(0, 7).narrowed(0, 9..<10).assign(Tensor.full(bad, shape: [1]))
            for precision in [WeightPrecision.int8, .int4] {
                let error = #expect(throws: TensorError.self) {
                    try QuantisedWeight(spoilt, precision: precision)
                }
                #expect(error?.reason.contains("no number") == true)
            }
        }
        let packed = try #require(try QuantisedWeight(weight, precision: .int4))
        #expect(throws: TensorError.self) { try packed.rows(Tensor([0])) }
        #expect(throws: TensorError.self) { try packed(Tensor.full(1, shape: [1, 63])) }
    }

    @Test func `bytes are counted as they are held`() {
        #expect(WeightPrecision.full.byteCount(shape: [48, 64], type: .float32) == 48 * 64 * 4)
        #expect(
            WeightPrecision.int8.byteCount(shape: [48, 64], type: .float32) == 48 * 64 + 48 * 2)
        // Half a byte a number, and four bytes for each 32 of them.
        let halfBytes = 48.0 * 64 / 2
        let scales = 48.0 * 64 / 32 * 4
        #expect(
            WeightPrecision.int4.byteCount(shape: [48, 64], type: .float32) == halfBytes + scales)
        #expect(WeightPrecision.int4.byteCount(shape: [48, 40], type: .bfloat16) == 48 * 40 * 2)
    }
}
