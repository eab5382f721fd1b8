import KeelTensor
import Testing

@Suite struct EngineTests {
    @Test func `a thousand training steps leave no tensor behind`() async throws {
        // In a process of its own, since tensors are counted over all threads.
        await #expect(processExitsWith: .success) { try Self.train() }
    }

    private static func train() throws {
        let generator = try RandomGenerator(seed: 1)
        let weight = try Tensor.normal([16, 8], generator: generator)
        try weight.requireGradient()
        let x = try Tensor.normal([4, 8], generator: generator)
        let targets = try Tensor([1, 2, 3, 4])

        func step() throws {
            try x.linear(weight).silu().crossEntropy(targets).backward()
            try Engine.withoutGradients {
                let gradient = try #require(weight.gradient)
                try weight.add(gradient, scale: -0.1)
            }
            try weight.clearGradient()
        }
        try step()
        let before = Engine.liveTensors
        for _ in 0..<1000 { try step() }
        #expect(Engine.liveTensors == before)
    }

    @Test func `a failed operation leaves no tensor behind`() async throws {
        await #expect(processExitsWith: .success) {
            let a = try Tensor.zeros([2, 3])
            let before = Engine.liveTensors
            for _ in 0..<1000 { #expect(throws: TensorError.self) { try a.matmul(a) } }
            #expect(Engine.liveTensors == before)
        }
    }

    @Test func `the same seed gives the same numbers, and a saved state goes on`() throws {
        func draw(_ generator: RandomGenerator) throws -> [Float] {
            try Tensor.normal([5], generator: generator).array()
        }
        let first = try RandomGenerator(seed: 9)
        let second = try RandomGenerator(seed: 9)
        #expect(try draw(first) == draw(second))
        let state = try first.state()
        let next = try draw(first)
        try first.restore(state)
        #expect(try draw(first) == next)
        #expect(try draw(RandomGenerator(seed: 10)) != draw(RandomGenerator(seed: 9)))
    }

    @Test func `threads and devices are checked`() throws {
        #expect(throws: TensorError.self) { try Engine.setThreads(0) }
        let error = #expect(throws: TensorError.self) { try Device("abacus") }
        #expect(error?.description.contains("available:") == true)
        #expect(Device.available.last == .cpu)
        #expect(try Device("cpu") == .cpu)
    }
}
