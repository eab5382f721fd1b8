import ArgumentParser
import Foundation
import KeelEvaluation

/// How many failures to expect of someone who tries hard enough.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say how many failures to expect when trying hard enough.",
        discussion: """
            A change is worth trying while its chance of failure is below miss / (failure - lesson + miss). Give \
            costs in one unit of any kind: hours, money, trust. With --run, the dimensions in which a model never \
            fails are named: they say nothing about how far it could be pushed.
            """)

    @Option(help: "What a change costs that was tried and failed.")
    var failureCost: Double

    @Option(help: "What it costs to hold back a change that would have worked.")
    var missCost: Double

    @Option(help: "What a failure is worth for what it teaches.")
    var lesson = 0.0

    @Option(help: "How many changes will be tried.")
    var attempts = 20

    @Option(help: "How many of the attempts failed, if they were made.")
    var failures: Int?

    @Option(
        help: ArgumentHelp(
            "How chances of failure spread among what offers itself: the two parameters of a beta distribution.",
            valueName: "a,b"))
    var spread = "1,1"

    @Option(help: "A run whose dimensions are held against the plan.", completion: .directory)
    var run: String?

    @Flag(help: "Print results as JSON.")
    var json = false

    func run() async throws {
        let run = try run.map { try Run(reading: URL(filePath: $0)) }
        let plan = try FailurePlan(
            costOfFailure: failureCost, costOfMiss: missCost, worthOfLesson: lesson,
            attempts: attempts, failures: failures, spread: try Self.spread(spread),
            map: try run?.map())
        if json { return try Terminal.printJSON(plan) }
        print(plan.sentences.joined(separator: "\n"))
    }

    private static func spread(_ text: String) throws -> (a: Double, b: Double) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map {
            Double($0.trimmingCharacters(in: .whitespaces))
        }
        guard parts.count == 2, let a = parts[0], let b = parts[1] else {
            throw ValidationError(
                "The spread is \"\(text)\". Give two numbers with a comma, as in 1,1.")
        }
        return (a, b)
    }
}
