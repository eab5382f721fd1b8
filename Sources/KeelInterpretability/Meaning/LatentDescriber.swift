public import KeelLanguage

/// A description of a latent, and how well it tells where the latent is active.
public struct LatentDescription: Hashable, Sendable, Codable {
    /// A clause on what the latent stands for.
    public var text: String
    /// Of passages that the describer has not seen, those that activate the latent against others
    /// (detection, Paulo 2024); nil where there are none.
    public var detection: Separation?
    /// Passages it was scored on.
    public var passages: Int
}

/// Has a model describe latents from examples, and checks each description on other examples.
public struct LatentDescriber {
    private let model: any ChatModel
    private let options: SamplingOptions

    /// - Parameters:
    ///   - model: Writes and checks descriptions; checking takes log-probabilities of given answers.
    ///   - seed: Of what it writes.
    public init(_ model: any ChatModel, seed: UInt64 = 0) {
        self.model = model
        options = SamplingOptions(temperature: 0, maxTokens: 48, stop: ["\n"], seed: seed)
    }

    /// A passage for a prompt: its text, and the words at which the latent is strong.
    public struct Passage: Hashable, Sendable {
        public var text: String
        /// In the order of the text.
        public var marked: [String]

        public init(text: String, marked: [String]) {
            self.text = text
            self.marked = marked
        }
    }

    /// Describes a latent from every second example, and scores the description on the rest.
    /// - Parameters:
    ///   - active: Passages that activate it, strongest first.
    ///   - silent: Passages that don't.
    /// - Returns: The description and how well it does.
    /// - Throws: What the model throws.
    public func describe(active: [Passage], silent: [Passage]) async throws -> LatentDescription {
        let shown = active.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        let held = active.enumerated().filter { !$0.offset.isMultiple(of: 2) }.map(\.element)
        let examples = shown.prefix(10).map {
            "- \($0.text)\n  strong at: \($0.marked.joined(separator: ", "))"
        }.joined(separator: "\n")
        let answer = try await model.complete(
            .user(
                """
                These passages have something in common, which shows at the words that are named below each.

                \(examples)

                Say in one short phrase what they have in common.
                """), options: options)
        let text = answer.text.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        var scores: ([Double], [Double]) = ([], [])
        for passage in held { scores.0.append(try await score(passage, text)) }
        for passage in silent { scores.1.append(try await score(passage, text)) }
        return LatentDescription(
            text: text, detection: Separation(positive: scores.0, negative: scores.1),
            passages: held.count + silent.count)
    }

    /// Log-probability of Yes less that of No.
    private func score(_ passage: Passage, _ description: String) async throws -> Double {
        let scores = try await model.score(
            ["Yes", "No"],
            after: .user(
                """
                Passage: \(passage.text)

                Does this passage show "\(description)"? Answer Yes or No.
                """))
        guard scores.count == 2 else { throw LanguageError.noAnswer(model: model.name) }
        return scores[0].sum - scores[1].sum
    }
}
