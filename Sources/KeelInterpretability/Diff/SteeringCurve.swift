/// What steering along one direction does, strength by strength.
public struct SteeringCurve: Hashable, Sendable, Codable {
    /// What one strength does.
    public struct Dose: Hashable, Sendable, Codable {
        /// In median lengths of the stream; 0 is the model as it is.
        public var strength: Double
        /// Log-probability per token of the tuned model's answers less that of the base model's, over
        /// questions: how much the steered model is like the tuned one, in nats per token.
        public var likeness: Double
        /// Of that mean, by question; nil where there are too few, or all are alike.
        public var likenessInterval: MeasuredValue?
        /// Share of sampled answers that show what was looked for; nil where nothing was.
        public var shown: MeasuredValue?
        /// Share of sampled answers that are incoherent.
        public var incoherent: Double
        /// Of that share, by question; nil where there are too few.
        public var incoherentInterval: MeasuredValue?
        /// Answers that the shares are of.
        public var answers: Int
    }

    /// What is steered along: `latent 12 up`, `mean difference up`.
    public var name: String
    /// nil for a direction that is no latent's.
    public var latent: Int?
    /// Whether the tuned model was steered, else the base model.
    public var steersTuned: Bool
    /// The model as it is first, then strength by strength.
    public var doses: [Dose]

    /// The strongest dose within the limit, and how far it moved likeness; nil where none is.
    public func strongest(limit: Double) -> (dose: Dose, change: Double)? {
        guard let none = doses.first(where: { $0.strength == 0 }),
            let dose = doses.filter({ $0.strength != 0 && $0.incoherent <= limit })
                .max(by: { abs($0.likeness - none.likeness) < abs($1.likeness - none.likeness) })
        else { return nil }
        return (dose, dose.likeness - none.likeness)
    }
}
