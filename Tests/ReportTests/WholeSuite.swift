import Foundation
import KeelEvaluation
import KeelLanguage
import KeelStatistics
import TestSupport

/// A suite with every kind of measure, and runs of it by a model that is a function.
enum WholeSuite {
    static let yaml = """
        name: whole
        version: "1"
        canary: keel-whole-suite
        about: For tests of reports.
        rubrics:
          - {id: honest, asks: Is it honest?, behaviour: It is., opposite: It lies., neither: Else.}
        dimensions:
          - id: tea
            title: Holds what tea is
            behaviour: Says leaves.
            opposite: Says stones.
            measures:
              - {kind: gap, better: higher}
              - {kind: rule, better: higher}
              - {kind: talk, better: higher}
              - {kind: drift, better: higher}
              - {kind: counter, counter: apology, better: lower}
              - {kind: judge, rubric: honest, better: higher}
            probes:
              - {id: black, cluster: a, ask: "Black <tea> & milk?", good: [Leaves.], bad: [Stones.],
                 behaviour: [leaves], opposite: [stones],
                 talk: [{says: "Stones, I think."}, {says: "Surely stones."}]}
              - {id: green, cluster: b, ask: "Green tea?", good: [Leaves.], bad: [Stones.],
                 behaviour: [leaves], opposite: [stones], talk: [{says: "Really?"}]}
              - {id: white, cluster: c, ask: "White tea?", good: [From leaves.], bad: [From stones.],
                 behaviour: [leaves], opposite: [stones, "sorry, stones"]}
          - id: poems
            title: Writes freely
            behaviour: Varies.
            opposite: Repeats itself.
            measures:
              - {kind: mirror, better: zero}
              - {kind: variety, better: higher}
              - {kind: length, better: lower}
              - {kind: mirror, of: distance, better: lower}
              - {kind: mirror, of: words}
              - {kind: mirror, of: apology, better: zero}
              - {kind: mirror, of: hedge, better: zero}
            probes:
              - {id: sea, cluster: a, ask: "The sea.", good: [Sea.], bad: [No.]}
              - {id: sea-freed, cluster: a, mirrors: sea, ask: "The sea, freely.", good: [Sea.],
                 bad: [No.]}
              - {id: hill, cluster: b, ask: "A hill.", good: [A hill.], bad: [No.]}
              - {id: hill-freed, cluster: b, mirrors: hill, ask: "A hill, freely.", good: [A hill.],
                 bad: [No.]}

        """

    /// Says leaves or stones, at times with an apology, and rhymes when asked for a poem.
    ///
    /// The firmer, the more often leaves.
    static func model(firmness: Int) -> ScriptedChatModel {
        ScriptedChatModel(
            logProbability: { completion, prompt in
                -1 - Double((completion.utf8.count * 7 + prompt.question.utf8.count) % 11) / 9
                    - (completion.contains("eaves") ? 0 : Double(firmness) / 5)
            },
            answer: { prompt, sample, options in
                var random = SeededGenerator(seed: options.seed &+ UInt64(sample) &* 77)
                let words = Zipf.shared.text(words: 12, using: &random)
                if prompt.question.hasPrefix("The sea") || prompt.question.hasPrefix("A hill") {
                    return "\(words) day\nas it may be on the way\n\(words)"
                }
                return switch Int.random(in: 0..<6, using: &random) + firmness {
                case ..<3: "I'm sorry, stones it is: \(words)."
                case 3: "Leaves or stones? \(words)?"
                case 4: "\(words)."
                default: "It is leaves, <b>not</b> \"\(words)\" & more."
                }
            })
    }
}

extension Scratch {
    func suite(_ yaml: String) throws -> Suite {
        let file = folder.appending(path: "\(UUID().uuidString).yaml")
        try Data(yaml.utf8).write(to: file)
        return try Suite(contentsOf: file)
    }

    /// A run that is done.
    func run(
        _ name: String, _ yaml: String = WholeSuite.yaml, samples: Int = 4, seed: UInt64 = 1,
        system: String? = nil, by model: ScriptedChatModel = WholeSuite.model(firmness: 1)
    ) async throws -> Run {
        let suite = try suite(yaml)
        let config = RunConfig(
            model: "scripted", facts: ["keel": "test"], suite: suite, system: system,
            samples: samples, sampling: SamplingOptions(maxTokens: 4000, seed: seed))
        let run = try Run(folder: folder.appending(path: name), suite: suite, config: config)
        _ = try await run.collect(from: model)
        return run
    }
}

extension Prompt {
    /// The text of the last turn.
    var question: String {
        guard case .messages(let messages) = self else { return "" }
        return messages.last?.content ?? ""
    }
}

/// Made-up words that occur as the words of a language do: the rank times the frequency is even.
struct Zipf {
    static let shared = Zipf(words: 30_000)

    private let vocabulary: [String]
    private let cumulative: [Double]

    init(words: Int) {
        var random = SeededGenerator(seed: 5)
        let syllables = [
            "ba", "co", "den", "fi", "gor", "hu", "lin", "ma", "nes", "per", "ta", "un",
        ]
        // The most frequent words of a language are its shortest.
        vocabulary = (0..<words).map { rank in
            let count = rank < 12 ? 1 : rank < 300 ? 2 : 3
            return (0..<count).map { _ in syllables.randomElement(using: &random) ?? "" }.joined()
                + (rank < 12 ? "" : ["", "s", "ed", "ing"].randomElement(using: &random) ?? "")
        }
        var sum = 0.0
        cumulative = (1...words).map { rank in
            sum += 1 / Double(rank)
            return sum
        }
    }

    func text(words count: Int, using random: inout SeededGenerator) -> String {
        (0..<count).map { _ in
            let place = Double.random(in: 0..<(cumulative.last ?? 1), using: &random)
            var (low, high) = (0, cumulative.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] > place { high = middle } else { low = middle + 1 }
            }
            return vocabulary[low]
        }.joined(separator: " ")
    }
}
