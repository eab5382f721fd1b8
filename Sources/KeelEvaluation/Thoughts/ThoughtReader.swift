import Foundation
import KeelFormats
public import KeelStatistics

/// A thought, and whether the model takes on another persona in it.
public struct LabelledThought: Hashable, Sendable, Codable {
    /// Unique among the thoughts of a file.
    public var id: String
    /// Thoughts of one family are variations of each other: to be trained on together or not at all.
    public var family: String
    /// What the thought is an example of.
    public var kind: String
    /// What a person said of it.
    public var isShifted: Bool
    public var thought: String
}

/// Reads in a model's reasoning whether it speaks as somebody else than an assistant: a villain, a rebel, one
/// that was set free, or under another name.
///
/// Rules find signs (`ThoughtSigns`), a logistic regression over these and over the skeleton of sentences
/// weighs them. It is fitted to the labelled thoughts that ship with Keel whenever it is made, so what it
/// learnt from is there to be read. docs/watching.md says how often it is wrong. English only.
public struct ThoughtReader: Sendable {
    /// What was read in a thought.
    public struct Reading: Hashable, Sendable, Codable {
        /// Log-odds that the model speaks as somebody else; the mean over passages of a long thought.
        public var score: Double
        /// Whether the score is above 0, of a thought that says anything.
        public var isShifted: Bool
        /// What the model calls itself, if it is no known model's name.
        public var name: String?
        /// Names of the rules that spoke.
        public var signs: [String]
        /// The passage that sounds most like somebody else.
        public var passage: String
    }

    private let weights: [String: Double]
    private let bias: Double
    /// λ and the size of a sign beside a skeleton of length 1, chosen on the training half by leaving out
    /// one family at a time.
    private static let penalty = 0.1
    private static let signSize = 0.6
    /// Sentences that are read together; those of the labelled thoughts have up to four.
    private static let most = 4

    /// Fits a reader.
    /// - Throws: `StatisticsError` unless there are thoughts of both kinds.
    public init(_ rows: [LabelledThought]) throws(StatisticsError) {
        for isShifted in [true, false] where !rows.contains(where: { $0.isShifted == isShifted }) {
            throw .empty(what: isShifted ? "thoughts with a persona" : "thoughts without one")
        }
        let features = rows.map { Self.features(ThoughtText.sentences($0.thought)).all }
        let names = Set(features.flatMap(\.keys)).sorted()
        let numbers = Dictionary(uniqueKeysWithValues: zip(names, 0...))
        let fitted = LogisticRegression(
            zip(features, rows).map { features, row in
                LogisticRegression.Row(
                    features: features.sorted { $0.key < $1.key }.compactMap { name, value in
                        numbers[name].map { (index: $0, value: value) }
                    }, isPositive: row.isShifted)
            }, width: names.count, penalty: Self.penalty)
        weights = Dictionary(uniqueKeysWithValues: zip(names, fitted.weights))
        bias = fitted.bias
    }

    /// The reader of the labelled thoughts that ship with Keel.
    /// - Throws: `FileError` or `JSONLinesError` where they are missing or broken.
    public static func shipped() throws -> ThoughtReader {
        guard
            let file = Bundle.module.url(
                forResource: "Texts/thoughts-train", withExtension: "jsonl")
        else { throw StatisticsError.empty(what: "labelled thoughts beside the program") }
        var reader = try JSONLinesReader<LabelledThought>(path: file.path)
        return try ThoughtReader(try reader.readAll())
    }

    private static func features(_ sentences: [String]) -> (
        all: [String: Double], signs: ThoughtSigns
    ) {
        let signs = ThoughtSigns(sentences)
        var all: [String: Double] = [:]
        for (name, value) in ThoughtSkeleton.features(sentences) { all["k " + name] = value }
        for sign in signs.found { all["r " + sign.rawValue] = signSize }
        return (all, signs)
    }

    /// Reads a thought.
    public func reading(of thought: String) -> Reading {
        let sentences = ThoughtText.sentences(thought)
        var scores: [Double] = []
        var loudest = ""
        var name: String?
        var found: Set<ThoughtSigns.Sign> = []
        for start in stride(from: 0, to: max(1, sentences.count), by: Self.most) {
            let part = Array(sentences.dropFirst(start).prefix(Self.most))
            let (features, signs) = Self.features(part)
            let score = features.sorted { $0.key < $1.key }.reduce(bias) {
                $0 + (weights[$1.key] ?? 0) * $1.value
            }
            if scores.allSatisfy({ score > $0 }) { loudest = part.joined(separator: " ") }
            scores.append(score)
            name = name ?? signs.name
            found.formUnion(signs.found)
        }
        let mean = scores.reduce(0, +) / Double(scores.count)
        return Reading(
            score: mean, isShifted: mean > 0 && !sentences.isEmpty, name: name,
            signs: found.map(\.rawValue).sorted(), passage: loudest)
    }

    /// Reads the reasoning in an answer; nil where there is none.
    public func reading(ofAnswer answer: String) -> Reading? {
        ThoughtText.reasoning(in: answer).map { reading(of: $0) }
    }
}
