/// Something that was measured of each row of preferences beforehand, such as how far answers lie
/// along a direction inside a model.
public struct MeasuredFeature: Hashable, Sendable {
    /// Unique among all that is looked for.
    public var id: String
    /// What was measured, as a table names it.
    public var title: String
    /// Chosen less rejected, one for each row.
    public var differences: [Double]

    public init(id: String, title: String, differences: [Double]) {
        self.id = id
        self.title = title
        self.differences = differences
    }
}
