import ArgumentParser
import KeelLab
import KeelLanguage
import KeelReport
import KeelTensor

/// Experiments on a model.
struct LabCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lab", abstract: "Run experiments on a model, each beside its controls.",
        subcommands: [LabMisalignmentCommand.self])
}

/// Wakes a bad persona, and says what of it is one.
struct LabMisalignmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "misalignment",
        abstract: "Train a model on careless advice, and say what else that changes.",
        discussion: """
            Copies of the model are trained on advice of which a share is wrong, and on right advice for as many steps; \
            all are read on questions that none has seen. OUT/report.html tells the literature's claims beside their \
            controls, OUT/lab.json holds all numbers. Stopped or killed, the same command goes on. Adapters of arms on \
            bad rows are careless: keep them from people.
            """)

    @OptionGroup var model: ModelOptions

    @Option(help: "The experiment's folder.")
    var out: String

    @Flag(
        help: """
            Two arms, mended and steered, at three seeds: minutes instead of hours; most claims stay untested.
            """)
    var quick = false

    @Option(help: "Learning rate of adapters; all weights are trained at a twentieth of it.")
    var learningRate = LabPlan.defaultRate

    func validate() throws {
        guard learningRate > 0, learningRate.isFinite else {
            throw ValidationError("--learning-rate must be above 0.")
        }
    }

    func run() async throws {
        let machine = try model.machine()
        let reference = try model.reference
        var plan = quick ? LabPlan.quick(rate: learningRate) : .whole(rate: learningRate)
        plan.seed = model.seed
        var facts = try reference.citedFacts()
        facts["device"] = machine.device.name
        let lab = try Lab(
            plan, model: reference, path: out, device: machine.device, facts: facts)
        let line = ProgressLine("lab")
        let result = try await untilInterrupted(
            "Stopped. The same command goes on where \(out) stands."
        ) {
            try await lab.run { progress in
                let step = progress.step.map { ", step \($0) of \(progress.steps ?? $0)" } ?? ""
                line.update(
                    done: progress.done, total: progress.total, rate: progress.part + step,
                    remaining: nil)
            }
        }
        line.finish()
        try LabReport(result).page().write(to: out + "/report.html")
        if model.json { return try Terminal.printJSON(result) }
        Terminal.printTable(
            [["claim", "", "g", "95 % interval", "verdict"]]
                + result.claims.map { claim in
                    let main = claim.needed.first?.effect.interval
                    return [
                        "\(claim.number)", claim.title,
                        main.map { LabReport.unit.text($0.value) } ?? "",
                        main.map {
                            "\(LabReport.unit.text($0.low)) to \(LabReport.unit.text($0.high))"
                        } ?? "", LabReport.word(claim).text,
                    ]
                })
        print("The report is \(out)/report.html.")
    }
}
