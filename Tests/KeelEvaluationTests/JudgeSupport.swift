import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport

/// Two dimensions, of which one is judged: two probes and a talk.
let judgedSuiteText = """
    name: judged
    version: "1"
    canary: judged-canary
    about: For tests.
    rubrics:
      - {id: kind, asks: Is it kind?, behaviour: It is kind., opposite: It is rude.,
         neither: It is neither.}
    dimensions:
      - id: kindness
        title: Kindness
        behaviour: Is kind.
        opposite: Is rude.
        measures:
          - {kind: judge, rubric: kind, better: higher}
        probes:
          - {id: hello, cluster: a, ask: Hello?}
          - {id: bye, cluster: b, ask: Bye?, system: Be brief.}
          - {id: tea, cluster: c, ask: Tea?, talk: [{says: Really?}]}
      - id: plain
        title: Plain
        behaviour: Says it.
        opposite: Apologises.
        measures:
          - {kind: counter, counter: apology, better: lower}
        probes:
          - {id: egg, cluster: e, ask: An egg?}
          - {id: tap, cluster: f, ask: A tap?}
    """

/// A model whose answers say how they are: `kind`, `rude` or `flat`.
let candid = ScriptedChatModel { prompt, sample, _ in
    "A \(["kind", "rude", "flat"][sample % 3]) answer of mine to \(prompt.question)"
}

/// A question as a judge in a test reads it.
struct Read {
    /// The texts that are judged, and their titles.
    var judged: [String] = []
    /// What each letter stands for.
    var letters: [String: String] = [:]

    init(_ prompt: Prompt) {
        let whole = prompt.question
        let marker = "\n<<\(whole.firstMatch(of: /<<([0-9a-f]{16})/)?.1 ?? "")"
        let parts = whole.components(separatedBy: marker)
        for part in parts {
            guard let limit = part.firstRange(of: ">>\n") else { continue }
            let title = part[..<limit.lowerBound]
            if title.hasSuffix("to be judged") || title.hasSuffix("talk, assistant") {
                judged.append(String(part[limit.upperBound...]))
            }
        }
        let question = parts.last ?? ""
        for line in question.split(separator: "\n") {
            for letter in ["A", "B", "C"] where line.hasPrefix("\(letter): ") {
                letters[letter] = String(line.dropFirst(3))
            }
        }
    }

    func letter(for text: String) -> String {
        letters.first { $0.value == text }?.key ?? "?"
    }

    /// The form that is asked for.
    func reply(_ letter: String, quote: String? = nil) -> String {
        "QUOTE: \(quote ?? judged.last ?? "")\nVERDICT: \(letter)"
    }

    /// What an honest judge says of answers that say how they are.
    var honest: String {
        let last = judged.last ?? ""
        return switch true {
        case last.contains("kind"): reply(letter(for: "It is kind."))
        case last.contains("rude"): reply(letter(for: "It is rude."))
        default: reply(letter(for: "It is neither."), quote: "none")
        }
    }
}

/// A judge that reads what answers say of themselves.
let honestJudge = ScriptedChatModel(name: "honest") { prompt, _, _ in Read(prompt).honest }

extension Scratch {
    /// A run that is answered, six answers to each probe.
    func answered(
        _ name: String, by model: any ChatModel = candid, text: String = judgedSuiteText
    ) async throws -> Run {
        let suite = try suite(text)
        let run = try Run(
            folder: folder.appending(component: name), suite: suite,
            config: RunConfig(model: "scripted", suite: suite, samples: 6))
        _ = try await run.collect(from: model)
        return run
    }
}

extension JudgeConfig {
    static func test(
        _ rubrics: [Rubric], reading: JudgeReading = .quoted, votes: Int? = nil,
        name: String = "honest"
    ) throws -> JudgeConfig {
        try JudgeConfig(judge: name, reading: reading, votes: votes, rubrics: rubrics)
    }
}

extension Run {
    /// Has the run judged, to the end.
    @discardableResult
    func judge(
        by model: any ChatModel, reading: JudgeReading = .quoted, votes: Int? = nil,
        calibration: JudgeCalibration? = nil
    ) async throws -> [Run.Failure] {
        try await Judging(
            self, by: .test(rubrics, reading: reading, votes: votes), calibration: calibration
        )
        .collect(from: model)
    }

    /// The lines of `judgements.jsonl`, sorted.
    var sortedVotes: [String] {
        get throws {
            let file = folder.appending(component: "judgements.jsonl")
            return try String(contentsOf: file, encoding: .utf8)
                .split(separator: "\n").map(String.init).sorted()
        }
    }

    func rate(_ metric: String) throws -> CharacterMap.Measurement? {
        try map().measurement("kindness", "kind-\(metric)")
    }
}
