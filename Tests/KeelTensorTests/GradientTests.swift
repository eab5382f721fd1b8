import Foundation
import KeelTensor
import Testing

@Suite struct GradientTests {
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

    @Test func `log-probabilities are those of a log-softmax, over any number of chunks`() throws {
        let hidden = try Self.numbers([700, 8], seed: 4)
        let weight = try Self.numbers([30, 8], seed: 5)
        let targets = try Tensor((0..<700).map { $0 % 30 })
        let (values, areLikeliest) = try LinearWeight(weight, packing: false)
            .logProbabilities(hidden, of: targets)
        let logits = try hidden.linear(weight)
        let expected = try logits.logSoftmax().gathered(1, by: targets.unsqueezed(1)).squeezed(1)
        try expectClose(values, expected, within: 1e-12)
        #expect(
            try (areLikeliest .!= 0).to(.int64).array(Int.self)
                == (logits.argmax(1) .== targets).to(.int64).array(Int.self))
    }

    @Test func `gradients through a packed weight are those through the plain one`() throws {
        let generator = try RandomGenerator(seed: 6)
        let weight = try Tensor.normal([48, 32], generator: generator)
        let (a, b) = try (
            Tensor.normal([4, 32], generator: generator),
            Tensor.normal([48, 4], generator: generator)
        )
        let x = try Tensor.normal([3, 7, 32], generator: generator)
        let targets = try Tensor(Array(0..<21))
        func gradients(packing: Bool) throws -> [Tensor] {
            let inputs = try [x, a, b].map { try $0.detached() }
            for input in inputs { try input.requireGradient() }
            let weight = LinearWeight(weight, packing: packing)
            let y = try weight(inputs[0], a: inputs[1], b: inputs[2], scale: 0.5)
            let (values, _) = try weight.logProbabilities(
                inputs[0].reshaped(21, 32), of: targets)
            return try (weight(inputs[0]).square().sum() + y.square().sum() + values.sum())
                .gradients(of: inputs)
        }
        for (packed, plain) in try zip(gradients(packing: true), gradients(packing: false)) {
            try expectClose(packed, plain, within: 2e-4 * plain.abs().max().item())
        }
    }

    @Test func `an error inside a checkpoint reaches its caller, in either pass`() throws {
        struct Refusal: Error {}
        let x = try Tensor([1, 2] as [Double])
        try x.requireGradient()
        #expect(throws: Refusal.self) { try x.checkpointed { _ in throw Refusal() } }
        var runs = 0
        let y = try x.checkpointed { x in
            runs += 1
            if runs == 2 { throw Refusal() }
            return try x * 2
        }
        let error = #expect(throws: TensorError.self) { try y.sum().backward() }
        #expect(error?.reason.contains("Refusal") == true)
    }

    @Test func `a step of AdamW is its formula`() throws {
        let start: [Double] = [1, -2, 3]
        let parameter = try Tensor(start)
        let (mean, square) = try (
            Tensor.zeros([3], type: .float64), Tensor.zeros([3], type: .float64)
        )
        var (p, m, v) = (start, [0.0, 0, 0], [0.0, 0, 0])
        for step in 1...3 {
            let gradient = start.map { $0 * Double(step) - 0.5 }
            try Tensor.adamW(
                [parameter], gradients: [Tensor(gradient)], means: [mean], squares: [square],
                step: step, rate: 0.1, betas: (0.9, 0.99), decay: 0.2, epsilon: 1e-3)
            for i in p.indices {
                p[i] -= 0.1 * 0.2 * p[i]
                m[i] = 0.9 * m[i] + 0.1 * gradient[i]
                v[i] = 0.99 * v[i] + 0.01 * gradient[i] * gradient[i]
                let (mHat, vHat) = (
                    m[i] / (1 - pow(0.9, Double(step))), v[i] / (1 - pow(0.99, Double(step)))
                )
                p[i] -= 0.1 * mHat / (vHat.squareRoot() + 1e-3)
            }
        }
        try expectClose(parameter, Tensor(p), within: 1e-12)
    }
}
