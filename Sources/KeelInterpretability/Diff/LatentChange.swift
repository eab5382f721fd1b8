/// How one latent differs between two models.
public struct LatentChange: Hashable, Sendable, Codable {
    public var latent: Int
    /// Mean activation over the base model's own answers.
    public var base: Double
    /// Mean activation of the tuned model over its own answers.
    public var tuned: Double
    /// `tuned - base`: what the ranking goes by.
    public var change: Double { tuned - base }
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

    private enum CodingKeys: String, CodingKey {
        case latent, base, tuned, change, interval, onSameText, attribution, projection, rank
        case attributionRank, projectionRank
    }

    public func encode(to encoder: any Encoder) throws {
        var row = encoder.container(keyedBy: CodingKeys.self)
        try row.encode(latent, forKey: .latent)
        try row.encode(base, forKey: .base)
        try row.encode(tuned, forKey: .tuned)
        try row.encode(change, forKey: .change)
        try row.encodeIfPresent(interval, forKey: .interval)
        try row.encode(onSameText, forKey: .onSameText)
        try row.encode(attribution, forKey: .attribution)
        try row.encode(projection, forKey: .projection)
        try row.encode(rank, forKey: .rank)
        try row.encode(attributionRank, forKey: .attributionRank)
        try row.encode(projectionRank, forKey: .projectionRank)
    }

    public init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: CodingKeys.self)
        latent = try row.decode(Int.self, forKey: .latent)
        base = try row.decode(Double.self, forKey: .base)
        tuned = try row.decode(Double.self, forKey: .tuned)
        interval = try row.decodeIfPresent(MeasuredValue.self, forKey: .interval)
        onSameText = try row.decode(Double.self, forKey: .onSameText)
        attribution = try row.decode(Double.self, forKey: .attribution)
        projection = try row.decode(Double.self, forKey: .projection)
        rank = try row.decode(Int.self, forKey: .rank)
        attributionRank = try row.decode(Int.self, forKey: .attributionRank)
        projectionRank = try row.decode(Int.self, forKey: .projectionRank)
    }

    init(
        latent: Int, base: Double, tuned: Double, interval: MeasuredValue?, onSameText: Double,
        attribution: Double, projection: Double
    ) {
        self.latent = latent
        self.base = base
        self.tuned = tuned
        self.interval = interval
        self.onSameText = onSameText
        self.attribution = attribution
        self.projection = projection
        (rank, attributionRank, projectionRank) = (0, 0, 0)
    }
}
