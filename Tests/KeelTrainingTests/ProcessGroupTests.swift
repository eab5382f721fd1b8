import Foundation
import KeelModel
import KeelTensor
import KeelTraining
import TestSupport
import Testing

/// Training by several processes; here they are threads, each with its own end of the wire.
@Suite struct ProcessGroupTests {
    /// What one of two processes does, on a thread of its own.
    private func run(
        rank: Int, port: UInt16, type: ElementType = .float32, folder: String? = nil,
        endingAfter end: Int? = nil
    ) async throws -> (reports: [StepReport], parameters: [[Float]]) {
        struct Gone: Error {}
        let options = ShortRun.options()
        return try await TrainingThread().run { _ in
            let place = ProcessPlace(rank: rank, size: 2, host: "127.0.0.1", port: port)
            let group = try place.join(timeout: 120)
            let folder = try folder.map { try RunFolder(path: $0, configuration: options) }
            return try await ShortRun.train(
                options, type: type, folder: folder, group: group,
                end: end.map { ($0, { throw Gone() }) })
        }
    }

    // In float64, since AdamW divides by the size of a gradient: where one is near nothing, it makes a
    // step of the last digit of a float32 sum, which is another in another order.
    @Test func `two processes come to what one comes to`() async throws {
        let alone = try await ShortRun.train(ShortRun.options(), type: .float64)
        let port = try #require(LoopbackPort.free())
        async let first = run(rank: 0, port: port, type: .float64)
        async let second = run(rank: 1, port: port, type: .float64)
        let both = try await [first, second]
        #expect(both[0].parameters == both[1].parameters)
        #expect(both[0].reports.map(\.tokens) == alone.reports.map(\.tokens))
        for (a, b) in zip(both[0].reports, alone.reports) {
            let (x, y) = (try #require(a.metrics["loss"]), try #require(b.metrics["loss"]))
            #expect(abs(x - y) < 1e-5)
        }
        #expect(ShortRun.greatestDifference(both[0].parameters, alone.parameters) < 1e-5)
    }

    @Test func `when a process is gone, the others stop, and the run goes on from there`()
        async throws
    {
        let scratch = try Scratch()
        let alone = try await ShortRun.train(ShortRun.options())
        let path = scratch.path
        let port = try #require(LoopbackPort.free())
        let first = Task { try await run(rank: 0, port: port, folder: path) }
        let second = Task { try await run(rank: 1, port: port, folder: path, endingAfter: 2) }
        await #expect(throws: (any Error).self) { try await second.value }
        let error = await #expect(throws: TrainingError.self) { try await first.value }
        guard case .processLost(rank: 0, size: 2, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let left = try FileManager.default.contentsOfDirectory(
            atPath: scratch.path + "/checkpoints")
        #expect(left == ["step-00000002"])

        let next = try #require(LoopbackPort.free())
        async let third = run(rank: 0, port: next, folder: path)
        async let fourth = run(rank: 1, port: next, folder: path)
        let ends = try await [third, fourth]
        #expect(ends[0].reports.map(\.step) == [3, 4, 5, 6])
        #expect(ShortRun.greatestDifference(ends[0].parameters, alone.parameters) < 1e-3)
    }

    /// Supervised training whose evaluation each process finds otherwise, as where a judge is asked.
    private final class Judged: Objective {
        private let own: SupervisedObjective
        private let gains: Bool
        private var evaluations = 0.0

        init(_ own: SupervisedObjective, gains: Bool) {
            self.own = own
            self.gains = gains
        }

        func items(for rows: [Example], step: Int) -> [Example] { rows }
        func weight(of item: Example) -> Double { own.weight(of: item) }
        func tokens(of item: Example) -> Int { own.tokens(of: item) }
        func loss(of items: [Example], _ pass: ForwardPass) throws -> Loss {
            try own.loss(of: items, pass)
        }
        func criterion(_ averages: [String: Double]) -> Double? {
            evaluations += 1
            return gains ? -evaluations : evaluations
        }
    }

    @Test func `all end at the same step, whatever each finds in an evaluation`() async throws {
        let port = try #require(LoopbackPort.free())
        @Sendable func steps(rank: Int) async throws -> [Int] {
            try await TrainingThread().run { _ in
                let place = ProcessPlace(rank: rank, size: 2, host: "127.0.0.1", port: port)
                let (language, adapter) = try Golden.adapted()
                let rows = try Golden.examples(language)
                let trainer = try Trainer(
                    Judged(SupervisedObjective(language.model), gains: rank == 0),
                    parameters: adapter.parameters, rows: rows,
                    evaluation: Array(rows.prefix(2)),
                    options: ShortRun.options {
                        $0.evalEvery = 1
                        $0.patience = 2
                    }, group: try place.join(timeout: 120))
                let recorder = Recorder()
                trainer.observers = [recorder]
                try await trainer.run()
                return recorder.reports.map(\.step)
            }
        }
        async let first = steps(rank: 0)
        async let second = steps(rank: 1)
        let both = try await [first, second]
        // Together they find the same each time: no gain after the first.
        #expect(both == [[1, 2, 3], [1, 2, 3]])
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

    @Test func `the environment says which GPU is one's own`() throws {
        func place(_ kind: String, _ local: String?) throws -> ProcessPlace? {
            let torchrun = kind == "LOCAL_RANK"
            var environment = ["MASTER_ADDR": "one", "MASTER_PORT": "29500"]
            environment[torchrun ? "RANK" : "SLURM_PROCID"] = "5"
            environment[torchrun ? "WORLD_SIZE" : "SLURM_NTASKS"] = "8"
            environment[kind] = local
            return try ProcessPlace(environment: environment)
        }
        for kind in ["LOCAL_RANK", "SLURM_LOCALID"] {
            let third = try #require(try place(kind, "3"))
            #expect(third.localRank == 3)
            #expect(try third.gpu(of: 4) == 3)
            #expect(try third.gpu(of: 1) == 0)
            for count in [0, 2, 3] {
                #expect(throws: TrainingError.self) { try third.gpu(of: count) }
            }
            for device in [Device.cpu, Device(unchecked: "mps"), Device(unchecked: "cuda:7")] {
                #expect(try third.device(device) == device)
            }
            let unsaid = try #require(try place(kind, nil))
            #expect(unsaid.localRank == nil)
            #expect(try unsaid.gpu(of: 4) == nil)
            for wrong in ["8", "-1", "one", ""] {
                #expect(throws: TrainingError.self) { try place(kind, wrong) }
            }
        }
    }

    @Test func `processes without the GPU that they name say so before they wait`() {
        let place = ProcessPlace(rank: 1, size: 2, host: "127.0.0.1", port: 1)
        let error = #expect(throws: TrainingError.self) {
            try place.join(on: Device(unchecked: "cuda:99"), timeout: 1)
        }
        guard case .unsupported(let reason) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("NCCL") && reason.contains("cuda:99"))
    }
}
