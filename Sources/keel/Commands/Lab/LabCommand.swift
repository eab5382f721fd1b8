import ArgumentParser
import KeelEvaluation
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

    @Option(help: "The experiment's folder.", completion: .directory)
    var out: String

    @Flag(
        help: """
            Three doses, the bad one mended and steered, at three seeds: claims 1, 2, 6, 8 and 9 in minutes instead of hours.
            """)
    var quick = false

    @Flag(
        help: """
            Instead, 128 short runs with monitors, for claim 7: how early a direction warns beside loss, drift, steps and \
            behaviour.
            """)
    var warning = false

    @Option(
        name: .customLong("claim"),
        help: "Only the arms that this claim needs; may be given several times.")
    var claims: [Int] = []

    @Option(
        help: """
            Folder of a sparse autoencoder of the model: latents that rise are found, followed while the model is mended, and \
            pushed along.
            """)
    var sae: String?

    @Option(
        help: """
            Also asks a judge whether free answers are malign: alias, GGUF file or folder, or an address, \
            https://host/v1#model.
            """)
    var judge: String?

    @Option(help: "How its verdict is read: quoted (a reply with a quote), scored (small judges).")
    var judgeReading = JudgeReading.quoted

    @OptionGroup var calls: CallOptions

    @Option(help: "Learning rate of adapters; all weights are trained at a twentieth of it.")
    var learningRate = LabPlan.defaultRate

    func validate() throws {
        guard !quick || !warning else {
            throw ValidationError("--quick and --warning are two experiments; name one.")
        }
        guard !warning || claims.isEmpty else {
            throw ValidationError("--warning is about claim 7 alone; leave out --claim.")
        }
        if let other = claims.first(where: { !LabPlan.selectable.contains($0) }) {
            throw ValidationError(
                "--claim takes numbers from 1 to 10, and \(other) is none of these or, as 7, is tested by "
                    + "--warning.")
        }
        guard learningRate > 0, learningRate.isFinite else {
            throw ValidationError("--learning-rate must be above 0.")
        }
    }

    func run() async throws {
        let device = try model.exactDevice()
        let reference = try model.reference
        var plan =
            quick
            ? LabPlan.quick(rate: learningRate)
            : warning ? .warning(rate: learningRate) : .whole(rate: learningRate)
        if !claims.isEmpty { plan = try plan.only(Set(claims)) }
        plan.seed = model.seed
        var facts = try reference.citedFacts()
        facts["device"] = device.name
        let reader = try ThoughtReader.shipped()
        let judging = try await self.judging()
        let lab = try Lab(
            plan, model: reference, path: out, device: device, autoencoder: sae,
            judge: judging,
            thoughts: { answer in
                reader.reading(ofAnswer: answer).map {
                    ThoughtReading(
                        score: $0.score, isShifted: $0.isShifted, signs: $0.signs,
                        passage: $0.passage)
                }
            }, facts: facts)
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
            [["claim", "", "effect", "95 % interval", "verdict"]]
                + result.claims.map { claim in
                    let main = claim.needed.first?.effect
                    let unit = main.map { LabReport.unit(of: $0.measure) } ?? LabReport.unit
                    return [
                        "\(claim.number)", claim.title,
                        main.map { unit.text($0.interval.value) } ?? "",
                        main.map {
                            "\(unit.text($0.interval.low)) to \(unit.text($0.interval.high))"
                        } ?? "", LabReport.word(claim).text,
                    ]
                })
        print("The report is \(out)/report.html.")
    }
}
