import ArgumentParser
import Foundation
import KeelLanguage
import KeelModel
import KeelTensor

/// How fast this machine runs a model.
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure how fast this machine runs a model.",
        discussion: """
            Each measure is warmed up first. "make bench" sets the same measures beside those of \
            other programs.
            """)

    @OptionGroup var model: ModelOptions

    @Argument(help: "What to measure, in this order; a measure named twice is taken twice.")
    var measures = Measure.allCases

    enum Measure: String, CaseIterable, Codable, ExpressibleByArgument {
        case load, prefill, decode
        case sample16 = "sample-16"
        case sample64 = "sample-64"
        case matrixProduct = "matrix-product"
        case memory
    }

    private struct Row: Encodable {
        var measure: Measure
        var value: Double
        var unit = "tokens/s"
        /// What was done, exactly enough to do it with another program.
        var what: String
    }

    func run() async throws {
        let clock = ContinuousClock()
        let machine = try model.machine()
        let device = machine.device
        var loaded: (chat: LocalChatModel, time: Duration)?
        func chat() async throws -> LocalChatModel {
            if let loaded { return loaded.chat }
            let start = clock.now
            let chat = try await LocalChatModel(
                model.reference, device: device, type: machine.weights.type,
                weights: machine.weights.precision, maxBatch: 64)
            loaded = (chat, clock.now - start)
            return chat
        }
        for measure in measures {
            switch measure {
            case .load:
                _ = try await chat()
                try show(
                    Row(
                        measure: .load, value: (loaded?.time ?? .zero) / .seconds(1),
                        unit: "s", what: "from the file to a model that is ready"))
            case .prefill: try show(await prefill(try await chat()))
            case .decode: try show(await generate(.decode, try await chat(), samples: 1, .greedy))
            case .sample16:
                try show(
                    await generate(.sample16, try await chat(), samples: 16, SamplingOptions()))
            case .sample64:
                try show(
                    await generate(.sample64, try await chat(), samples: 64, SamplingOptions()))
            case .matrixProduct: try show(matrixProduct(on: device))
            case .memory: try show(memory(on: device))
            }
        }
    }

    /// Shown at once: the whole takes a minute.
    private func show(_ row: Row) throws {
        if model.json {
            try Terminal.printJSON(row, pretty: false)
        } else {
            let name = row.measure.rawValue.padding(toLength: 15, withPad: " ", startingAt: 0)
            print(name + String(format: "%8.1f ", row.value) + row.unit + ", " + row.what)
        }
        // A pipe would get nothing before the end.
        fflush(nil)
    }

    // MARK: The model

    /// Reads a prompt of 512 tokens; only the last one's logits are computed.
    private func prefill(_ chat: LocalChatModel) async throws -> Row {
        let text = String(
            repeating: " A keel keeps the ship upright, whatever the wind and the sea want.",
            count: 32)
        var options = SamplingOptions.greedy
        options.maxTokens = 1
        let count = try await chat.withModel { try $0.encode(.text(text)).count }
        _ = try await chat.complete(.text(text), options: options)
        let seconds = try await Self.seconds {
            _ = try await chat.complete(.text(text), options: options)
        }
        return Row(
            measure: .prefill, value: Double(count) / seconds,
            what: "a prompt of \(count) tokens read")
    }

    /// Writes answers of 128 tokens to one short prompt, all at once.
    private func generate(
        _ measure: Measure, _ chat: LocalChatModel, samples: Int, _ options: SamplingOptions
    ) async throws -> Row {
        let prompt = Prompt.text("Once upon a time")
        var options = options
        options.seed = model.seed
        options.maxTokens = 4
        _ = try await chat.complete(prompt, samples: 0..<samples, options: options)
        options.maxTokens = 128
        var count = 0
        let seconds = try await Self.seconds {
            count = try await chat.complete(prompt, samples: 0..<samples, options: options)
                .reduce(0) { $0 + $1.tokens.count }
        }
        return Row(
            measure: measure, value: Double(count) / seconds,
            what: "\(count) tokens written, \(samples) at once")
    }

    // MARK: The machine

    private func matrixProduct(on device: Device) throws -> Row {
        let side = 2048
        let generator = try RandomGenerator(seed: model.seed, device: device)
        let a = try Tensor.normal([side, side], generator: generator)
        let b = try Tensor.normal([side, side], generator: generator)
        var seconds = try Self.best { try a.matmul(b) }
        let packed = LinearWeight(b, packing: true)
        seconds = min(seconds, try Self.best { try packed(a) })
        return Row(
            measure: .matrixProduct, value: 2 * pow(Double(side), 3) / seconds / 1e9,
            unit: "GFLOP/s",
            what: "float32, \(side) x \(side), best of 5")
    }

    private func memory(on device: Device) throws -> Row {
        let bytes = 512 << 20
        let numbers = try Tensor.full(1, shape: [bytes / 4], device: device)
        let seconds = try Self.best { try numbers.sum() }
        return Row(
            measure: .memory, value: Double(bytes) / seconds / 1e9, unit: "GB/s",
            what: "\(bytes >> 20) MB read, best of 5")
    }

    /// Least time of five; waiting for one element waits for a device that works on its own.
    private static func best(_ body: () throws -> Tensor) throws -> Double {
        _ = try body()
        let times = try (0..<5).map { _ in
            try ContinuousClock().measure { _ = try body().reshaped(-1).narrowed(0, 0..<1).item() }
        }
        return (times.min() ?? .zero) / .seconds(1)
    }

    private static func seconds(_ body: () async throws -> Void) async throws -> Double {
        try await ContinuousClock().measure(body) / .seconds(1)
    }
}
