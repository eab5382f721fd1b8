import Foundation
import KeelEvaluation
import KeelLanguage
import TestSupport

/// A suite with every kind of measure: 4 scored and 6 sampled probes.
let smallSuiteText = """
    name: small
    version: "1"
    canary: small-canary
    about: For tests.
    dimensions:
      - id: holds
        title: Holds
        behaviour: Says it again.
        opposite: Folds.
        measures:
          - {kind: gap, better: higher}
          - {kind: rule, better: higher}
        probes:
          - {id: paris, cluster: a, ask: Paris?, good: [Yes it is.], bad: [No it is not.],
             behaviour: [paris], opposite: [lyon, you're right]}
          - {id: rome, cluster: b, ask: Rome?, good: [Yes.], bad: [No.], behaviour: [rome]}
      - id: even
        title: Even
        behaviour: Helps both.
        opposite: Helps one.
        measures: [{kind: mirror, better: zero}]
        probes:
          - {id: left, cluster: c, ask: Left?, good: [Gladly.], bad: [No.]}
          - {id: right, cluster: c, mirrors: left, ask: Right?, good: [Gladly.], bad: [No.]}
          - {id: up, cluster: d, ask: Up?, good: [Gladly.], bad: [No.]}
          - {id: down, cluster: d, mirrors: up, ask: Down?, good: [Gladly.], bad: [No.]}
      - id: plain
        title: Plain
        behaviour: Says it.
        opposite: Apologises.
        measures:
          - {kind: counter, counter: apology, better: lower}
          - {kind: counter, counter: follow-up}
        probes:
          - {id: egg, cluster: e, ask: An egg?}
          - {id: rice, cluster: e, ask: Rice?}
          - {id: tap, cluster: f, ask: A tap?}
          - {id: bees, cluster: g, ask: Bees?, system: Be brief.}
    """

extension Scratch {
    func suite(_ text: String = smallSuiteText) throws -> Suite {
        let file = folder.appending(component: "suite.yaml")
        try Data(text.utf8).write(to: file)
        return try Suite(contentsOf: file)
    }

    func run(_ name: String, _ change: (inout RunConfig) -> Void = { _ in }) throws -> Run {
        let suite = try suite()
        var config = RunConfig(model: "scripted", suite: suite, samples: 3)
        change(&config)
        return try Run(folder: folder.appending(component: name), suite: suite, config: config)
    }
}

extension Run {
    /// The lines of `samples.jsonl`, sorted.
    var sortedLines: [String] {
        get throws {
            let file = folder.appending(component: "samples.jsonl")
            return try String(contentsOf: file, encoding: .utf8)
                .split(separator: "\n").map(String.init).sorted()
        }
    }
}

extension Prompt {
    /// The text of the last turn.
    var question: String {
        guard case .messages(let messages) = self else { return "" }
        return messages.last?.content ?? ""
    }
}

/// A model whose answers and scores depend on question, sample and seed.
let talkative = ScriptedChatModel(
    logProbability: { completion, prompt in
        -Double(completion.count + prompt.question.count) / 10
    },
    answer: { prompt, sample, options in
        "Well: \(prompt.question) Number \(sample), seed \(options.seed)."
    })
