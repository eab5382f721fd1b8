import ArgumentParser
import Foundation
import KeelLanguage
import KeelModel
import KeelTensor

/// A device held to the CPU, step by step.
struct ModelParityCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parity",
        abstract: "Say whether a device, or narrower numbers, compute what the CPU computes.",
        discussion: """
            Reads a text with the model on the device and with float32 on the CPU, and compares \
            every activation. The first step that differs is named; then the exit status is 1.
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

    @Option(help: "The largest difference allowed, as a share of the largest number at a step.")
    var tolerance = 0.001

    @Option(help: "The text that is read.")
    var text = "The keel of a boat is the long piece along the bottom that keeps it upright."

    @Flag(help: "Print results as JSON.")
    var json = false

    private struct Report: Encodable {
        struct Step: Encodable {
            var name: String
            var difference: Double?
        }
        var device, type: String
        var tolerance: Double
        var first: String?
        var steps: [Step]
    }

    func run() throws {
        guard let type = ElementType(rawValue: type),
            [.float32, .bfloat16, .float16].contains(type)
        else { throw ValidationError("--type is float32, bfloat16 or float16, not \(type).") }
        let device = try Device(self.device)
        let reference = ModelReference(base: model)
        let right = try LanguageModel(reference)
        let asked = try LanguageModel(reference, device: device, type: type)
        let parity = try Parity(of: asked, to: right, tokens: right.encode(.text(text)))
        let first = parity.firstDifference(above: tolerance)
        if json {
            try Terminal.printJSON(
                Report(
                    device: device.name, type: type.rawValue, tolerance: tolerance,
                    first: first?.name,
                    steps: parity.steps.map {
                        .init(name: $0.name, difference: $0.isBroken ? nil : $0.difference)
                    }))
        } else if let first {
            let size = first.isBroken ? "no number" : String(format: "%.2g", first.difference)
            Terminal.note("\(first.name) is the first step that differs: \(size).")
        } else {
            let most = parity.steps.map(\.difference).max() ?? 0
            Terminal.note(
                "All \(parity.steps.count) steps agree; the largest difference is "
                    + String(format: "%.2g", most) + ".")
        }
        if first != nil { throw ExitCode.failure }
    }
}
