/// How one latent differs between two models.
public struct LatentChange: Hashable, Sendable, Codable {
    /// Its number in the autoencoder, from 0.
    public var latent: Int
    /// Mean activation over the base model's own answers.
    public var base: Double
    /// Mean activation of the tuned model over its own answers.
    public var tuned: Double
    /// `tuned - base`: what the ranking goes by.
    public var change: Double
    /// Of the change, 95 %, clustered by question; nil where every question changed alike.
    public var interval: MeasuredValue?
    /// The same with both models reading the same texts: what the change is of the model, not of what
    /// it says.
    public var onSameText: Double
    /// Attribution to the tuned model's answers less that to the base model's, in nats per token.
    public var attribution: Double
    /// The mean difference of the streams, projected on the latent's direction.
    public var projection: Double
    /// Ranks, 1 for the largest increase; by change, by attribution, by projection.
    public var rank: Int
    public var attributionRank: Int
    public var projectionRank: Int

    init(
        latent: Int, base: Double, tuned: Double, interval: MeasuredValue?, onSameText: Double,
        attribution: Double, projection: Double
    ) {
        self.latent = latent
        self.base = base
        self.tuned = tuned
        change = tuned - base
        self.interval = interval
        self.onSameText = onSameText
        self.attribution = attribution
        self.projection = projection
        (rank, attributionRank, projectionRank) = (0, 0, 0)
    }
}
