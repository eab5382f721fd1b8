import Foundation
import KeelTensor
import KeelTraining
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Training by several processes; here they are threads, each with its own end of the wire.
@Suite struct ProcessGroupTests {
    /// A port of this machine that nothing listened at a moment ago.
    private static func freePort() throws -> UInt16 {
        #if canImport(Darwin)
            let descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { socketAddress in
                bind(descriptor, socketAddress, length) == 0
                    ? getsockname(descriptor, socketAddress, &length) : -1
            }
        }
        try #require(status == 0)
        return UInt16(bigEndian: address.sin_port)
    }

    /// What one of two processes does, on a thread of its own.
    private func run(
        rank: Int, port: UInt16, folder: String? = nil, saveEvery: Int? = nil,
        endingAfter end: Int? = nil
    ) async throws -> (reports: [StepReport], parameters: [[Float]]) {
        struct Gone: Error {}
        let options = ShortRun.options { $0.saveEvery = saveEvery }
        return try await TrainingThread().run { _ in
            let place = ProcessPlace(rank: rank, size: 2, host: "127.0.0.1", port: port)
            let group = try place.join(timeout: 120)
            let folder = try folder.map { try RunFolder(path: $0, configuration: options) }
            return try await ShortRun.train(
                options, folder: folder, group: group, end: end.map { ($0, { throw Gone() }) })
        }
    }

    @Test func `two processes come to what one comes to`() async throws {
        let alone = try await ShortRun.train(ShortRun.options())
        let port = try Self.freePort()
        async let first = run(rank: 0, port: port)
        async let second = run(rank: 1, port: port)
        let both = try await [first, second]
        #expect(both[0].parameters == both[1].parameters)
        #expect(both[0].reports.map(\.tokens) == alone.reports.map(\.tokens))
        for (a, b) in zip(both[0].reports, alone.reports) {
            let (x, y) = (try #require(a.metrics["loss"]), try #require(b.metrics["loss"]))
            #expect(abs(x - y) < 1e-5)
        }
        #expect(ShortRun.greatestDifference(both[0].parameters, alone.parameters) < 1e-3)
    }

    @Test func `when a process is gone, the others stop, and the run goes on from there`()
        async throws
    {
        let scratch = try Scratch()
        let alone = try await ShortRun.train(ShortRun.options())
        var port = try Self.freePort()
        let path = scratch.path
        let meeting = port
        let first = Task { try await run(rank: 0, port: meeting, folder: path) }
        let second = Task { try await run(rank: 1, port: meeting, folder: path, endingAfter: 2) }
        await #expect(throws: (any Error).self) { try await second.value }
        await #expect(throws: TensorError.self) { try await first.value }
        let left = try FileManager.default.contentsOfDirectory(
            atPath: scratch.path + "/checkpoints")
        #expect(left == ["step-00000002"])

        port = try Self.freePort()
        async let third = run(rank: 0, port: port, folder: scratch.path)
        async let fourth = run(rank: 1, port: port, folder: scratch.path)
        let ends = try await [third, fourth]
        #expect(ends[0].reports.map(\.step) == [3, 4, 5, 6])
        #expect(ShortRun.greatestDifference(ends[0].parameters, alone.parameters) < 1e-3)
    }

    @Test func `the environment says who one is`() throws {
        func place(_ environment: [String: String]) throws -> ProcessPlace? {
            try ProcessPlace(environment: environment)
        }
        let address = ["MASTER_ADDR": "one", "MASTER_PORT": "29500"]
        let wanted = ProcessPlace(rank: 1, size: 4, host: "one", port: 29500)
        #expect(try place([:]) == nil)
        #expect(try place(["WORLD_SIZE": "1", "RANK": "0"]) == nil)
        #expect(try place(["SLURM_NTASKS": "4", "SLURM_PROCID": "1"]) == nil)
        for names in [("RANK", "WORLD_SIZE"), ("SLURM_PROCID", "SLURM_NTASKS")] {
            #expect(try place(address.merging([names.0: "1", names.1: "4"]) { $1 }) == wanted)
            for wrong in ["4", "-1", "one"] {
                #expect(throws: TrainingError.self) {
                    try place(address.merging([names.0: wrong, names.1: "4"]) { $1 })
                }
            }
        }
        let torchrun = try place(
            address.merging([
                "RANK": "1", "WORLD_SIZE": "4", "TORCHELASTIC_USE_AGENT_STORE": "True",
                "TORCHELASTIC_RESTART_COUNT": "2",
            ]) { $1 })
        #expect(torchrun?.isServed == true && torchrun?.attempt == "2")
        #expect(throws: TrainingError.self) { try place(["RANK": "0", "WORLD_SIZE": "2"]) }
    }
}
