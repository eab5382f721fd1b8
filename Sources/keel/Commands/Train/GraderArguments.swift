public import ArgumentParser
import Foundation
import KeelCharacter
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
    /// A judge model's preferences between the answers, by a principle of a constitution.
    case principle
    /// Whether the thread with the person is kept, without holding on to them.
    case continuity
}

/// Chooses a grader and its settings.
struct GraderArguments: ParsableArguments {
    @Option(
        help: """
            answer: the row's "answer" is the last word or number; rule: phrases, see --like; judge: a judge model's \
            verdict, see --judge; principle: its preferences between the answers, see --principle; continuity: 1 for a \
            kept thread, -1 for silence, a cut, leaving or clinging.
            """)
    var grader: GraderName?

    @Option(help: "rule: a phrase worth 1, written as in a suite; may be given several times.")
    var like: [String] = []

    @Option(help: "rule: a phrase worth -1; may be given several times.")
    var dislike: [String] = []

    @Option(
        help:
            "judge, principle: alias, GGUF file or folder, adapters after plus signs; or an address, https://host/v1#model.",
        completion: .model)
    var judge: String?

    @Option(help: "judge: the id of a rubric; its behaviour is worth 1, its opposite -1.")
    var rubric: String?

    @Option(
        help: "judge: the suite file with the rubric (default: the suite character).",
        completion: .file())
    var rubricSuite: String?

    @Option(help: "judge: quoted (a reply with a quote), scored (small judges).")
    var judgeReading = JudgeReading.quoted

    @Option(help: "principle: the id of a principle or trait.")
    var principle: String?

    @Option(
        help: "principle: its constitution, a YAML file or one that ships with Keel.",
        completion: .constitution)
    var constitution = "steady"

    @Option(help: "principle: letters (asked in both orders), likelihood (for small judges).")
    var principleReading = PairReading.letters

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
            throw ValidationError(
                "--grader is needed: answer, rule, judge, principle or continuity.")
        case .answer:
            try refuse(like + dislike, "--like and --dislike", for: .rule)
            return Chosen(grader: ExactAnswerGrader(), description: "answer")
        case .rule: return try rule()
        case .judge:
            try refuse(like + dislike, "--like and --dislike", for: .rule)
            return try await judged(model)
        case .principle:
            try refuse(like + dislike, "--like and --dislike", for: .rule)
            return try await compared(model)
        case .continuity:
            try refuse(like + dislike, "--like and --dislike", for: .rule)
            return Chosen(
                grader: try ContinuityGrader.shipped(), description: "continuity")
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
        let source = try await source(judge, model)
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
            facts: Self.judgeFacts(source))
    }

    private func compared(_ model: ModelOptions) async throws -> Chosen {
        guard let judge, let principle else {
            throw ValidationError("--grader principle needs --judge and --principle.")
        }
        let constitution = try Constitution.named(constitution)
        guard let found = constitution.criterion(principle) else {
            let known = constitution.principles.map(\.id) + constitution.traits.map(\.id)
            throw ValidationError(
                "\(constitution.name) has no principle or trait \"\(principle)\". There are "
                    + "\(known.joined(separator: ", ")).")
        }
        let source = try await source(judge, model)
        return Chosen(
            grader: PrincipleGrader(
                feedback: AIFeedback(
                    try await source.load(budget: try calls.budget()), reading: principleReading),
                criterion: found),
            description: "principle \(principle) of \(constitution.fingerprint), judge "
                + "\(source.name), \(principleReading.rawValue)",
            facts: Self.judgeFacts(source))
    }

    private func source(_ judge: String, _ model: ModelOptions) async throws -> ModelSource {
        try await ModelSource(judge, on: model.machine(), limits: try calls.limits())
    }

    private static func judgeFacts(_ source: ModelSource) -> [String: String] {
        Dictionary(uniqueKeysWithValues: source.facts.map { ("judge \($0.key)", $0.value) })
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
