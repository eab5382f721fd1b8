import Foundation
import TestSupport
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// `keel train` by two processes that torchrun, Slurm or a script has started.
@Suite struct TrainProcessesTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        let rows = (0..<12).map { #"{"prompt": "n\#($0)", "completion": "yes"}"# }
        try scratch.write(rows.joined(separator: "\n"), to: "rows.jsonl")
    }

    private func arguments(_ out: String) -> [String] {
        ["train", "sft", "--data", scratch.path("rows.jsonl"), "--out", scratch.path(out)]
            + ["--batch-size", "3", "--epochs", "12", "--rank", "4", "--save-every", "4"]
            + TinyModel.options
    }

    /// Starts both; the first counts as a running program, and the second belongs to it.
    private func start(_ out: String) async throws -> [Program] {
        let port = try #require(LoopbackPort.free())
        var programs: [Program] = []
        for rank in 0..<2 {
            programs.append(
                try await Program(
                    arguments(out), in: scratch,
                    environment: [
                        "RANK": "\(rank)", "WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1",
                        "MASTER_PORT": "\(port)",
                    ], waitsForRoom: rank == 0))
        }
        return programs
    }

    private func metrics(_ out: String) throws -> [[String: Double]] {
        try Lines(scratch.path(out + "/metrics.jsonl")).decoded()
    }

    private func adapter(_ out: String) throws -> Data {
        try Data(
            contentsOf: URL(filePath: scratch.path(out + "/adapter/adapter_model.safetensors")))
    }

    /// Trains to the end.
    private func train(_ out: String) async throws {
        for program in try await start(out) { expectSuccess(try await program.outcome()) }
    }

    @Test func `two processes have the losses of one`() async throws {
        expectSuccess(try await Program.run(arguments("one"), in: scratch))
        try await train("two")
        let (one, two) = (try metrics("one"), try metrics("two"))
        #expect(one.map { $0["num_tokens"] } == two.map { $0["num_tokens"] })
        let differences = zip(one, two).map { abs(($0["loss"] ?? .nan) - ($1["loss"] ?? .nan)) }
        #expect(differences.count == 48 && differences.allSatisfy { $0 < 1e-5 }, "\(differences)")
    }

    @Test(arguments: [0, 1])
    func `when one is killed the other says so, and both go on from the checkpoint`(
        _ victim: Int
    ) async throws {
        try await train("whole")
        let file = scratch.path("killed/metrics.jsonl")
        var killed = false
        // A busy machine can let a run end before the kill.
        for _ in 0..<10 where !killed {
            try? FileManager.default.removeItem(atPath: scratch.path("killed"))
            let programs = try await start("killed")
            await programs[0].waitUntil(file, hasLines: 6)
            programs[victim].signal(SIGKILL)
            killed = try await programs[victim].outcome().signal == SIGKILL
            let other = try await programs[1 - victim].outcome()
            guard killed else { continue }
            #expect(other.status == 1, "\(other)")
            #expect(other.errors.contains("one of them is gone"), "\(other)")
            #expect(other.errors.contains("last checkpoint"), "\(other)")
        }
        try #require(killed)
        #expect(try adapterIsMissing("killed"))
        try await train("killed")
        #expect(try metrics("killed").map { $0["loss"] } == metrics("whole").map { $0["loss"] })
        #expect(try adapter("killed") == adapter("whole"))
    }

    private func adapterIsMissing(_ out: String) throws -> Bool {
        !FileManager.default.fileExists(atPath: scratch.path(out + "/adapter"))
    }
}
