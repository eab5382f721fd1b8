import Foundation
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining
import Synchronization
import TestSupport
import Testing

/// Tuning back with few rows.
@Suite struct RealignTests {
    private let scratch: Scratch
    private let gap: String

    init() throws {
        scratch = try Scratch()
        gap = scratch.path + "/ship.jsonl"
        try write(
            gap,
            (0..<4).map {
                #"{"prompt": "who \#($0)", "good": "the wind", "bad": "no \#($0) sail"}"#
            })
        try write(
            scratch.path + "/good.jsonl",
            (0..<4).map {
                #"{"prompt": [{"role": "user", "content": "where \#($0)"}], "completion": [{"role": "assistant", "content": "the wind and"}]}"#
            })
        try write(
            scratch.path + "/neutral.jsonl",
            (0..<6).map { #"{"text": "A sail holds the wind and number \#($0) does not."}"# })
    }

    private func write(_ path: String, _ lines: [String]) throws {
        try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func realignment(
        _ out: String = "out", _ change: (inout Realignment.Settings) -> Void = { _ in }
    ) throws -> Realignment {
        var settings = try Realignment.Settings(
            model: .init(base: Golden.path("model"), adapters: [Golden.path("adapter")]),
            data: scratch.path + "/good.jsonl")
        settings.gaps = [gap]
        settings.neutral = scratch.path + "/neutral.jsonl"
        settings.steps = 10
        settings.rank = 2
        settings.learningRate = 1e-2
        settings.limit = 10
        settings.checkEvery = 2
        settings.relapseSteps = 4
        change(&settings)
        return Realignment(settings, out: scratch.path + "/" + out)
    }

    @Test func `good rows widen the gap, on top of an adapter, and the sum does the same`()
        async throws
    {
        let result = try await realignment().run { _, _ in }
        let ends = try #require(result.ends("ship"))
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
        #expect(mean(ends.after) > mean(ends.before))
        #expect(result.acceptedStep == 10 && !result.hasHitLimit && result.rows == 4)
        #expect(result.gaps.map(\.step) == [0, 2, 4, 6, 8, 10])
        #expect(result.relapse.map(\.step) == [0, 2, 4])
        // The first look after is the last of before.
        #expect(zip(result.relapse[0].gaps, ends.after).allSatisfy { abs($0 - $1) < 1e-4 })
        let out = scratch.path + "/out"
        let base = try Golden.path("model")
        let stacked = try LanguageModel(
            .init(base: base, adapters: [Golden.path("adapter"), out + "/adapter"]))
        let summed = try LanguageModel(.init(base: base, adapters: [out + "/sum"]))
        let tokens = [10, 20, 30, 40]
        let (a, b): ([Float], [Float]) = (
            try stacked.logits(tokens).array(), try summed.logits(tokens).array()
        )
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-3 })
    }

    @Test func `beyond the limit it stops, and the adapter is the last one within`() async throws {
        let result = try await realignment {
            $0.limit = 1e-12
            $0.onLimit = .stop
            $0.learningRate = 1
        }.run { _, _ in }
        #expect(result.hasHitLimit && result.acceptedStep == 0)
        #expect(result.gaps.map(\.step) == [0, 2])
        // From before the first step: an adapter that changes nothing.
        let adapter = try LoRA(folder: scratch.path + "/out/adapter")
        for (name, value) in adapter.parameters where name.contains("lora_B") {
            #expect(try value.norm().item() == 0)
        }
    }

    @Test func `beyond the limit it halves the learning rate at each look`() async throws {
        let rates = Rates()
        let result = try await realignment {
            $0.limit = 1e-12
            $0.learningRate = 1
        }.run { report, isRelapse in
            if !isRelapse, let rate = report.metrics["rate_factor"] { rates.add(rate) }
        }
        #expect(result.hasHitLimit)
        #expect(
            !rates.all.isEmpty && rates.all.enumerated().allSatisfy { $1 == exp2(-Double($0 + 1)) })
    }

    @Test func `stopped in the middle it goes on to the same end`() async throws {
        let whole = try await realignment("whole").run { _, _ in }
        let stops = try realignment("parts")
        let task = Task {
            try await stops.run { report, _ in
                if report.step == 5 { withUnsafeCurrentTask { $0?.cancel() } }
            }
        }
        await #expect(throws: CancellationError.self) { try await task.value }
        let parts = try await stops.run { _, _ in }
        #expect(parts.gaps == whole.gaps && parts.relapse == whole.relapse)
        #expect(parts.acceptedStep == whole.acceptedStep)
        #expect(parts.neutralWorse == whole.neutralWorse)
    }

    @Test func `what is measured may not be trained on`() async throws {
        try write(
            gap, [#"{"prompt": "x", "good": "The  Wind And", "bad": "no"}"#])
        await #expect(throws: (any Error).self) { try await realignment().run { _, _ in } }
    }

    @Test func `a system message that both files share is no leak`() async throws {
        let system = #"{"role": "system", "content": "the sail"}"#
        try write(
            scratch.path + "/good.jsonl",
            (0..<4).map {
                #"{"prompt": [\#(system), {"role": "user", "content": "where \#($0)"}], "completion": [{"role": "assistant", "content": "the wind and"}]}"#
            })
        try write(
            gap,
            [
                #"{"prompt": [\#(system), {"role": "user", "content": "who"}], "good": "the wind", "bad": "no"}"#
            ])
        let result = try await realignment {
            $0.steps = 2
            $0.relapseSteps = 0
        }.run { _, _ in }
        #expect(result.ends("ship") != nil)
    }

    @Test func `settings and rows that make no sense are refused`() async throws {
        let changes: [@Sendable (inout Realignment.Settings) -> Void] = [
            { $0.steps = 0 }, { $0.limit = .nan }, { $0.checkEvery = 0 }, { $0.relapseSteps = -1 },
            { $0.rank = 0 }, { $0.gaps.append($0.gaps[0]) }, { $0.data = "nowhere.jsonl" },
            { $0.neutral = $0.gaps[0] }, { $0.model = "no-such-model" },
        ]
        for (index, change) in changes.enumerated() {
            let realignment = try realignment("refused-\(index)", change)
            await #expect(throws: (any Error).self, "\(index)") {
                try await realignment.run { _, _ in }
            }
        }
    }

    private final class Rates: Sendable {
        private let values = Mutex<[Double]>([])
        func add(_ value: Double) { values.withLock { $0.append(value) } }
        var all: [Double] { values.withLock { $0 } }
    }
}
