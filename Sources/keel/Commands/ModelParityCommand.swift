import ArgumentParser
import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import KeelStatistics
import KeelTensor
import KeelTokenizer
import KeelTraining

/// A device, or fewer bits, held to float32 on the CPU.
struct ModelParityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parity",
        abstract: "Say whether a device, or narrower numbers, compute what the CPU computes.",
        discussion: """
            Reads a text with the model on the device and with float32 on the CPU, and compares \
            every activation. The first step that differs is named; then the exit status is 1. \
            With weights in fewer bits, steps differ by intent, and only what is no number fails, \
            unless --tolerance is given. Then says what it costs: how much less probable texts become, \
            a token, with a 95 % interval clustered by text.
            """)

    @Argument(
        help: "Alias, GGUF file, folder, or org/name in the Hugging Face hub's cache.",
        completion: .model)
    var model = ModelCatalogue.defaultAlias

    @Option(help: "The device in question: cpu, cuda, cuda:1, mps.", completion: .device)
    var device = "cpu"

    @Option(
        help: "What weights are held as there: float32, bfloat16 or float16.",
        completion: .list(["float32", "bfloat16", "float16"]))
    var type = "float32"

    @Option(help: "How weights are held there; bf16 and f16 say the same as --type.")
    var weights = HeldWeights.f32

    @Option(
        help:
            "The largest difference allowed, as a share of the largest number at a step (default: 0.001)."
    )
    var tolerance: Double?

    @Option(help: "The text that is read.")
    var text = "The keel of a boat is the long piece along the bottom that keeps it upright."

    @Option(
        help:
            "JSON Lines of {\"text\"}, of each of which up to 256 tokens are read for the loss (default: 24 that ship with Keel)."
    )
    var texts: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    private struct TextRow: Decodable {
        var text: String
    }

    private struct Loss: Encodable {
        var texts = 0
        var tokens = 0
        /// A token, in nats.
        var mean = 0.0
        var interval: [Double]?
        var divergence = 0.0
        /// Share of places where the likeliest token is the same.
        var agreement = 0.0
    }

    private struct Report: Encodable {
        struct Step: Encodable {
            var name: String
            var difference: Double?
        }
        var device, type, weights: String
        var tolerance: Double?
        var first: String?
        var steps: [Step]
        var loss: Loss
    }

    func run() throws {
        guard let type = ElementType(rawValue: type),
            [.float32, .bfloat16, .float16].contains(type)
        else { throw ValidationError("--type is float32, bfloat16 or float16, not \(type).") }
        guard weights == .f32 || type == .float32 || type == weights.type else {
            throw ValidationError("--type and --weights say different things; give one of them.")
        }
        let computed = weights == .f32 ? type : weights.type
        let device = try Device(self.device)
        let reference = ModelReference(base: model)
        let right = try LanguageModel(reference)
        let asked = try LanguageModel(
            reference, device: device, type: computed, weights: weights.precision)
        let parity = try Parity(of: asked, to: right, tokens: right.encode(.text(text)))
        let limit: Double? = tolerance ?? (weights.precision == .full ? 0.001 : nil)
        let first = parity.firstDifference(above: limit ?? .infinity)
        let loss = try self.loss(of: asked, to: right)
        if json {
            try Terminal.printJSON(
                Report(
                    device: device.name, type: computed.rawValue, weights: weights.rawValue,
                    tolerance: limit, first: first?.name,
                    steps: parity.steps.map {
                        .init(name: $0.name, difference: $0.isBroken ? nil : $0.difference)
                    }, loss: loss))
        } else {
            tell(parity, first, loss)
        }
        if first != nil { throw ExitCode.failure }
    }

    private func tell(_ parity: Parity, _ first: Parity.Step?, _ loss: Loss) {
        let most = parity.steps.filter { !$0.isBroken }.map(\.difference).max() ?? 0
        if let first {
            let size = first.isBroken ? "no number" : String(format: "%.2g", first.difference)
            Terminal.note("\(first.name) is the first step that differs: \(size).")
        } else {
            let isJudged = weights.precision == .full || tolerance != nil
            let agree = isJudged ? "steps agree" : "steps were compared"
            Terminal.note(
                "All \(parity.steps.count) \(agree); the largest difference is "
                    + String(format: "%.2g", most) + ".")
        }
        let interval = loss.interval.map { String(format: " (%.4f to %.4f)", $0[0], $0[1]) } ?? ""
        Terminal.note(
            "A token becomes less probable by " + String(format: "%.4f", loss.mean)
                + " nats\(interval), over \(loss.tokens) tokens of \(loss.texts) texts; "
                + String(
                    format: "divergence %.4f nats; the likeliest token is the same at %.1f %%.",
                    loss.divergence, 100 * loss.agreement))
    }

    /// What the other numbers cost, over texts.
    private func loss(of asked: LanguageModel, to right: LanguageModel) throws -> Loss {
        var reader = try JSONLinesReader<TextRow>(path: texts ?? Realignment.neutralTexts())
        var read: [PrecisionLoss] = []
        while let row = try reader.next() {
            let tokens = right.tokenizer.encode(row.text, addingSpecial: true)
            guard tokens.count > 1 else { continue }
            read.append(try PrecisionLoss(of: asked, to: right, tokens: tokens))
        }
        let tokens = read.reduce(0) { $0 + $1.tokens }
        guard tokens > 0 else {
            throw ValidationError("--texts holds no text of two tokens or more.")
        }
        let losses = read.map(\.loss)
        guard losses.allSatisfy(\.isFinite) else {
            throw ValidationError("The loss is no number; the steps say where that begins.")
        }
        // None where all texts lose alike, as when nothing differs.
        let interval = try? RatioSample(
            numerators: ClusteredSample(losses.map { [$0] }),
            denominators: ClusteredSample(read.map { [Double($0.tokens)] })
        ).ratio().interval
        let total = Double(tokens)
        return Loss(
            texts: read.count, tokens: tokens, mean: losses.reduce(0, +) / total,
            interval: interval.map { [$0.lowerBound, $0.upperBound] },
            divergence: read.reduce(0) { $0 + $1.divergence } / total,
            agreement: Double(read.reduce(0) { $0 + $1.agreements }) / total)
    }
}
