import ArgumentParser
import KeelModel

/// Several adapters as one.
struct AdapterSumCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sum",
        abstract: "Write the adapter that does what several do together.",
        discussion: """
            The sum is exact: ranks are put side by side, so the new rank is the sum of theirs. Adding up A and B by \
            themselves, as a linear merge does, is something else.
            """)

    @Argument(help: "Adapter folders in PEFT layout.", completion: .directory)
    var adapters: [String]

    @Option(help: "A factor for each adapter, in order (default: 1); may be negative: --weight=-1.")
    var weight: [Double] = []

    @Option(help: "The folder to write; it must not exist.", completion: .directory)
    var out: String

    func validate() throws {
        guard weight.isEmpty || weight.count == adapters.count, weight.allSatisfy(\.isFinite) else {
            throw ValidationError(
                "There are \(adapters.count) adapters and \(weight.count) weights; give one for each."
            )
        }
    }

    func run() throws {
        let output = try NewOutput(out)
        let sum = try LoRA.sum(
            adapters.map { try LoRA(folder: $0) }, weights: weight.isEmpty ? nil : weight)
        try sum.write(to: output.path)
        Terminal.note("The adapter is in \(out).")
    }
}
