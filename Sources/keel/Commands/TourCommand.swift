import ArgumentParser
import Foundation
import KeelLab
import KeelLanguage
import KeelReport

/// The whole loop on one model, in one command.
struct TourCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tour",
        abstract: "Map a model, shape it, break a copy under monitors, look inside, mend it.",
        discussion: """
            Maps the model, shapes it with a small constitution, maps it again, trains a copy on bad advice about one \
            domain while calibrated monitors watch, says what changed inside, turns one feature down, mends the copy \
            with few good answers, and maps once more. The first map is a report of its own, OUT/map/report.html, as \
            soon as it is done; OUT/report.html tells in the end what held and what did not; docs/tour.md says what \
            each part does, and how long it takes. Stopped or killed at any moment, the same command goes on where it \
            stood. --until map only maps.
            """)

    @OptionGroup var model: ModelOptions

    @Flag(help: "Smaller sizes, for a first look; --plan quick is the same.")
    var quick = false

    @Option(help: "The part that this sitting ends with; without it, the same command goes on.")
    var until = TourPart.read

    @Option(
        help: """
            quick, usual, whole, or a file of sizes such as the plan.json that a tour leaves (default: usual).
            """, completion: .tourPlan)
    var plan: String?

    @Option(
        name: .customLong("out"),
        help: "The tour's folder (default: runs/tour, for other plans that ship runs/tour-PLAN).",
        completion: .directory)
    var folder: String?

    func validate() throws {
        guard !quick || plan == nil else {
            throw ValidationError("--plan stands in place of --quick; give one of them.")
        }
    }

    func run() async throws {
        let start = ContinuousClock.now
        var plan = try self.plan.map { try TourPlan.named($0) } ?? (quick ? .quick : .usual)
        let isOther = [TourPlan.quick, .whole].contains(plan)
        let path = folder ?? (isOther ? "runs/tour-\(plan.name)" : "runs/tour")
        plan.seed = model.seed
        // A tour trains, and measures weights and activations as they are.
        _ = try model.exactDevice()
        let tour = try Tour(
            plan, of: model.reference, path: path, device: model.place.device,
            threads: model.place.threads)
        let result = try await untilInterrupted(
            "Stopped. The same command goes on where \(path) stands."
        ) { [until] () async throws -> TourResult? in
            var runner = TourRunner(tour, until: until)
            defer { runner.finish() }
            return try await runner.story().map { try TourResult(tour, $0) }
        }
        guard let result else {
            if !model.json {
                print("Did everything up to \"\(until.rawValue)\", in \(tour.path(until)).")
            }
            return
        }
        try result.writeComparisons()
        try tour.folder.write(result, "tour.json")
        let report = tour.folder.path + "/report.html"
        let line = try serve(result)
        try TourReport(result, serve: line).page().write(to: report)
        if model.json { return try Terminal.printJSON(result) }
        Terminal.printTable(
            [["claim", "effect", "of", "verdict"]]
                + result.findings.map { finding in
                    [
                        finding.claim, finding.effect?.text(finding.unit) ?? "",
                        finding.measure, finding.verdict.rawValue,
                    ]
                })
        print(
            """

            Done in \(Terminal.text(ContinuousClock.now - start)).
            Report:   \(report)
            Talk:     \(line)
            """)
    }

    /// The line that begins the chat page on the mended model.
    private func serve(_ result: TourResult) throws -> String {
        let base = RunCitation.quoted(try model.reference.base)
        return "\(CommandLine.arguments[0]) serve --model \(base) --adapter "
            + RunCitation.quoted(result.story.mend.sum)
    }
}
