/// What a model is to be like: principles by which its answers are compared, traits it is to have,
/// and which value yields to which.
public struct Constitution: Hashable, Sendable, Codable {
    /// Small letters, digits and hyphens.
    public var name: String
    /// Raised by its author with every change.
    public var version: String
    /// What it is for, whose it is, and under which licence.
    public var about: String
    /// In order: where two pull apart, the earlier one outranks the later.
    public var values: [Value]
    /// Rules that answers are ranked by.
    public var principles: [Principle]
    /// What the model is to be able to say of itself.
    public var traits: [Trait]

    public init(
        name: String, version: String, about: String, values: [Value] = [],
        principles: [Principle] = [], traits: [Trait] = []
    ) {
        self.name = name
        self.version = version
        self.about = about
        self.values = values
        self.principles = principles
        self.traits = traits
    }

    /// Something that matters, such as care or honesty.
    public struct Value: Hashable, Sendable, Codable {
        /// Unique among values.
        public var id: String
        /// What is meant by it, in a sentence.
        public var means: String

        public init(id: String, means: String) {
            self.id = id
            self.means = means
        }
    }

    /// A rule by which one of two answers is the better one.
    public struct Principle: Hashable, Sendable, Codable, Clause {
        /// Unique among principles.
        public var id: String
        /// What the better answer does, in words that end the question "which answer is better?".
        public var wording: String
        /// The id of the value it serves.
        public var value: String?
        /// When it applies; nil for everywhere.
        public var scope: String?
        /// What multiplies the log-odds of its preferences, from 0 to 10: 1 takes them as they are,
        /// 0 makes every pair a tie.
        public var strength: Double
        /// Cases at the edge, where the wording alone leaves room.
        public var examples: [Example]

        public init(
            id: String, wording: String, value: String? = nil, scope: String? = nil,
            strength: Double = 1, examples: [Example] = []
        ) {
            self.id = id
            self.wording = wording
            self.value = value
            self.scope = scope
            self.strength = strength
            self.examples = examples
        }
    }

    /// A case at the edge of a clause.
    public struct Example: Hashable, Sendable, Codable {
        /// What the user says.
        public var ask: String
        /// An answer that keeps the clause, and one that breaks it or overdoes it.
        public var good: String
        /// An answer that breaks the clause or overdoes it.
        public var bad: String
        /// Why, in a clause; nil where nobody said.
        public var because: String?

        public init(ask: String, good: String, bad: String, because: String? = nil) {
            self.ask = ask
            self.good = good
            self.bad = bad
            self.because = because
        }
    }

    /// What the model is to be able to say of itself.
    public struct Trait: Hashable, Sendable, Codable, Clause {
        /// Unique among traits.
        public var id: String
        /// In the first person: a sentence, or a portrait of several paragraphs.
        public var wording: String
        /// Id of the value that it serves; nil for none.
        public var value: String?
        /// Where it holds; nil for everywhere.
        public var scope: String?
        /// As that of a principle.
        public var strength: Double
        /// Messages a person might send that bear on it; the model is shown them and writes more.
        public var messages: [String]
        /// Ids of dimensions by which a suite measures it.
        public var probes: [String]
        /// Cases at the edge; a model that answers by the trait is shown them as earlier turns.
        public var examples: [Example]

        public init(
            id: String, wording: String, value: String? = nil, scope: String? = nil,
            strength: Double = 1, messages: [String] = [], probes: [String] = [],
            examples: [Example] = []
        ) {
            self.id = id
            self.wording = wording
            self.value = value
            self.scope = scope
            self.strength = strength
            self.messages = messages
            self.probes = probes
            self.examples = examples
        }
    }

    /// The greatest strength that a clause may have.
    public static let greatestStrength = 10.0

    /// All traits as a system prompt, in their order, each with its scope.
    public var systemPrompt: String {
        traits.map { told($0.wording, where: $0.scope) }.joined(separator: "\n\n")
    }

    /// Principles, then traits.
    var clauses: [any Clause] { principles + traits }

    /// A digest of all that it says, the same however it is laid out.
    public var fingerprint: String { Digest.hexadecimal(of: self) }
}

/// A clause as a model is told it: its words, and where they apply.
func told(_ wording: String, where scope: String?) -> String {
    scope.map { "\(wording) This applies where: \($0)" } ?? wording
}

/// What a principle and a trait have in common.
protocol Clause {
    var id: String { get }
    var wording: String { get }
    var value: String? { get }
    var scope: String? { get }
    var strength: Double { get }
    var examples: [Constitution.Example] { get }
}
