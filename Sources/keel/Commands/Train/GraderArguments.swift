public import ArgumentParser
import Foundation
import KeelEvaluation
import KeelLanguage
import KeelTraining

/// Who says how good an answer is.
enum GraderName: String, ExpressibleByArgument, CaseIterable {
    /// 1 where the answer ends with the row's `answer`.
    case answer
    /// Phrases that are liked or disliked.
    case rule
    /// Verdicts of a judge model by a rubric.
    case judge
}

/// Chooses a grader and its settings.
struct GraderArguments: ParsableArguments {
    @Option(
        help: """
            answer: the row's "answer" is the last word or number; rule: phrases, see --like; judge: a judge model's \
            verdict, see --judge.
            """)
    var grader: GraderName?

    @Option(help: "rule: a phrase worth 1, written as in a suite; may be given several times.")
    var like: [String] = []

    @Option(help: "rule: a phrase worth -1; may be given several times.")
    var dislike: [String] = []

    @Option(
        help:
            "judge: alias, GGUF file or folder, adapters after plus signs; or an address, https://host/v1#model."
    )
    var judge: String?

    @Option(help: "judge: the id of a rubric; its behaviour is worth 1, its opposite -1.")
    var rubric: String?

    @Option(help: "judge: the suite file with the rubric (default: the suite character).")
    var rubricSuite: String?

    @Option(help: "judge: quoted (a reply with a quote), scored (small judges).")
    var judgeReading = JudgeReading.quoted

    @Option(
        help: """
            as-graded, or reward-wrong-answers, which turns every reward round: for research on what that does \
            to a model.
            """)
    var polarity = Polarity.asGraded

    @OptionGroup var calls: CallOptions

    /// A grader, and what of it decides the result.
    struct Chosen {
        var grader: any Grader
        var description: String
        var facts: [String: String] = [:]
    }

    /// Makes the grader that was asked for.
    func chosen(_ model: ModelOptions) async throws -> Chosen {
        switch grader {
        case nil:
            throw ValidationError("--grader is needed: answer, rule or judge.")
        case .answer:
            try refuse(like + dislike, "--like and --dislike", for: .rule)
            return Chosen(grader: ExactAnswerGrader(), description: "answer")
        case .rule: return try rule()
        case .judge:
            try refuse(like + dislike, "--like and --dislike", for: .rule)
            return try await judged(model)
        }
    }

    private func refuse(_ values: [String], _ options: String, for grader: GraderName) throws {
        if !values.isEmpty {
            throw ValidationError("\(options) are for --grader \(grader.rawValue).")
        }
    }

    private func rule() throws -> Chosen {
        let (liked, disliked) = (like.map(Phrase.init), dislike.map(Phrase.init))
        guard !(like + dislike).isEmpty else {
            throw ValidationError("--grader rule needs --like or --dislike.")
        }
        return Chosen(
            grader: RuleGrader { text in
                (liked.matches(in: text).isEmpty ? 0 : 1)
                    - (disliked.matches(in: text).isEmpty ? 0 : 1)
            }, description: "rule, like \(like), dislike \(dislike)")
    }

    private func judged(_ model: ModelOptions) async throws -> Chosen {
        guard let judge, let rubric else {
            throw ValidationError("--grader judge needs --judge and --rubric.")
        }
        let suite =
            try rubricSuite.map { try Suite(contentsOf: .init(filePath: $0)) }
            ?? Suite.shipped("character")
        guard let found = suite.rubric(rubric) else {
            throw JudgeError.noRubric(rubric, known: suite.rubrics.map(\.id))
        }
        let source = try await ModelSource(
            judge, on: model.machine(), limits: try calls.limits())
        let config = try JudgeConfig(
            judge: source.name, facts: source.facts, reading: judgeReading, seed: model.seed,
            rubrics: [found])
        let grader = JudgeGrader(
            judge: AnswerJudge(
                try await source.load(budget: try calls.budget()), config, rubric: found))
        return Chosen(
            grader: grader,
            description:
                "judge \(source.name), rubric \(found.fingerprint), \(judgeReading.rawValue)",
            facts: Dictionary(
                uniqueKeysWithValues: source.facts.map { ("judge \($0.key)", $0.value) }))
    }
}

/// Rewards by a judge model: 1 for the rubric's behaviour, -1 for its opposite, 0 for neither.
struct JudgeGrader: Grader {
    let judge: AnswerJudge

    func rewards(_ answers: [Completion], to row: KeelTraining.PromptRow) async throws -> [Double?]
    {
        let conversation: [Message] =
            switch row.prompt {
            case .text(let text): [.user(text)]
            case .messages(let messages): messages
            }
        return try await withThrowingTaskGroup(of: (Int, Double?).self) { group in
            for (number, answer) in answers.enumerated() {
                group.addTask {
                    let judgement = try await judge.judgement(
                        of: answer.text, after: conversation, number: number)
                    return (number, judgement.choice.map(Self.reward))
                }
            }
            var rewards = [Double?](repeating: nil, count: answers.count)
            for try await (number, reward) in group { rewards[number] = reward }
            return rewards
        }
    }

    private static func reward(_ verdict: Verdict) -> Double {
        switch verdict {
        case .behaviour: 1
        case .opposite: -1
        case .neither: 0
        }
    }
}

extension Polarity: ExpressibleByArgument {}
