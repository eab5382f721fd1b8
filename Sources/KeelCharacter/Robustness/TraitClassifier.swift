import Foundation
import KeelStatistics

/// Tells answers with a character from answers without it, by their words and not by their length.
///
/// `P(an answer is the one with the character, of two to one prompt) = σ(w · (x − x′))`, where `x`
/// holds shares of words, of marks and of twos of them, each over the root of its mean share, as in
/// the distance of correspondence analysis. It is fitted on differences between answers to one
/// prompt, so what a prompt is about cancels, and it needs no intercept. `w` maximises the likelihood
/// under a normal prior, by which the log-odds of a pair have a deviation of about 3 beforehand.
public struct TraitClassifier: Sendable {
    /// Two answers to one prompt.
    public struct Pair: Hashable, Sendable {
        /// What both answer; pairs of one prompt are not independent.
        public var prompt: String
        /// The answer that shows the character, and the one that does not.
        public var with: String
        /// The answer that does not show the character.
        public var without: String
        /// That they stand the right way round, 0 to 1.
        public var probability: Double

        public init(prompt: String, with: String, without: String, probability: Double = 1) {
            self.prompt = prompt
            self.with = with
            self.without = without
            self.probability = probability
        }
    }

    /// How well it tells pairs apart that it was not fitted on.
    public struct Validation: Hashable, Sendable, Codable {
        /// Pairs that it was tested on, each by a classifier that had not seen its prompt.
        public var pairs: Int
        /// Different ones among these.
        public var prompts: Int
        /// The share of pairs in which the answer with the character has the higher score, clustered
        /// by prompt; each is told by a classifier of other prompts.
        public var accuracy: Interval

        /// Whether its interval lies above chance; otherwise what it says of other answers says
        /// nothing.
        public var canTell: Bool { accuracy.low > 0.5 }
    }

    /// Log-odds by stretch, for a share of one.
    private let weights: [String: Double]
    /// How well it does on prompts that it was not fitted on.
    public let validation: Validation

    /// Fewer would leave nothing to fit and to validate on.
    public static let fewestPrompts = 10
    private static let folds = 5

    /// Fits it, and five more times for the validation, each time without a fifth of the prompts.
    /// - Parameters:
    ///   - pairs: Under at least ten prompts; ties are left out.
    ///   - seed: Of the cut into fifths.
    /// - Throws: `CharacterError.classifier` for too few prompts; `StatisticsError`.
    public init(_ pairs: [Pair], seed: UInt64) throws {
        let pairs = pairs.filter { $0.probability != 0.5 }.map(Reading.init)
        var prompts: [String] = []
        var fold: [String: Int] = [:]
        for pair in pairs where fold[pair.prompt] == nil {
            fold[pair.prompt] = 0
            prompts.append(pair.prompt)
        }
        guard prompts.count >= Self.fewestPrompts else {
            throw CharacterError.classifier(
                reason:
                    "The rows have \(prompts.count) prompts that a classifier can be fitted on; "
                    + "it needs at least \(Self.fewestPrompts). Make more with keel character data."
            )
        }
        var generator = SeededGenerator(seed: seed)
        prompts.shuffle(using: &generator)
        for (number, prompt) in prompts.enumerated() { fold[prompt] = number % Self.folds }
        var right: [Double] = []
        var labels: [String] = []
        for held in 0..<Self.folds {
            let weights = Self.weights(pairs.filter { fold[$0.prompt] != held })
            for pair in pairs where fold[pair.prompt] == held {
                let difference = Self.score(pair.with, weights) - Self.score(pair.without, weights)
                // A pair that it gives no order counts as told wrong.
                right.append((pair.probability > 0.5 ? difference : -difference) > 0 ? 1 : 0)
                labels.append(pair.prompt)
            }
        }
        weights = Self.weights(pairs)
        validation = Validation(
            pairs: pairs.count, prompts: prompts.count,
            accuracy: Interval(try ClusteredSample(right, labels: labels).rate()))
    }

    /// Log-odds up to a constant: only differences between answers to one prompt mean something.
    public func score(_ text: String) -> Double { Self.score(TraitText(text), weights) }

    /// The probability that the first and not the second of two answers to one prompt has the
    /// character, from their scores; 0.5 where they look alike.
    public static func recognition(_ score: Double, against other: Double) -> Double {
        1 / (1 + exp(other - score))
    }

    private static func score(_ text: TraitText, _ weights: [String: Double]) -> Double {
        // In an order of its own, so that rounding is the same in every launch.
        text.shares.filter { weights[$0.key] != nil }.sorted { $0.key < $1.key }
            .reduce(0) { $0 + $1.value * (weights[$1.key] ?? 0) }
    }

    /// A pair as shares.
    private struct Reading {
        var prompt: String
        var with: TraitText
        var without: TraitText
        var probability: Double

        init(_ pair: Pair) {
            prompt = pair.prompt
            with = TraitText(pair.with)
            without = TraitText(pair.without)
            probability = pair.probability
        }
    }

    /// A stretch counts if it stands in answers to at least so many prompts: others would be topics.
    private static let fewestPromptsOfStretch = 3

    private static func weights(_ pairs: [Reading]) -> [String: Double] {
        var places: [String: Set<String>] = [:]
        var totals: [String: Double] = [:]
        for pair in pairs {
            for text in [pair.with, pair.without] {
                for (stretch, share) in text.shares {
                    places[stretch, default: []].insert(pair.prompt)
                    totals[stretch, default: 0] += share
                }
            }
        }
        let stretches = places.filter { $0.value.count >= fewestPromptsOfStretch }.keys.sorted()
        let roots = stretches.map { ((totals[$0] ?? 0) / Double(2 * pairs.count)).squareRoot() }
        let numbers = Dictionary(
            uniqueKeysWithValues: stretches.enumerated().map { ($0.element, $0.offset) })
        let rows = pairs.map { pair in
            Set(pair.with.shares.keys).union(pair.without.shares.keys)
                .compactMap { stretch -> SparseLogistic.Entry? in
                    guard let number = numbers[stretch] else { return nil }
                    let difference =
                        (pair.with.shares[stretch] ?? 0) - (pair.without.shares[stretch] ?? 0)
                    return difference == 0 ? nil : .init(number, difference / roots[number])
                }.sorted { $0.feature < $1.feature }
        }
        let fitted = SparseLogistic.fit(
            rows, probabilities: pairs.map(\.probability), features: stretches.count)
        return Dictionary(
            uniqueKeysWithValues: zip(stretches, zip(fitted, roots)).map { ($0, $1.0 / $1.1) })
    }
}
