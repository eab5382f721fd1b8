import KeelTensor
import Testing

/// What can be said of adding up over processes without any of them (two of them: KeelTrainingTests).
@Suite struct CollectiveGroupTests {
    @Test(arguments: [("cpu", "gloo"), ("mps", "gloo"), ("cuda", "nccl"), ("cuda:1", "nccl")])
    func `the device says what adds up`(device: String, backend: String) {
        #expect(CollectiveGroup.Backend(for: Device(unchecked: device)).rawValue == backend)
    }

    @Test func `a CPU needs nothing`() throws {
        try CollectiveGroup.require(.cpu)
    }

    @Test func `NCCL without its GPU is refused before anybody is met`() throws {
        let gpu = Device(unchecked: "cuda:99")
        let refusal = #expect(throws: TensorError.self) { try CollectiveGroup.require(gpu) }
        let reason = try #require(refusal?.reason)
        #expect(reason.contains("NCCL") && reason.contains("cuda:99"))
        // Nobody listens there, which would be another reason.
        let error = #expect(throws: TensorError.self) {
            try CollectiveGroup(
                host: "127.0.0.1", port: 1, serves: false, name: "none", rank: 0, size: 2,
                timeout: 1, device: gpu)
        }
        #expect(error?.reason == reason)
    }
}
