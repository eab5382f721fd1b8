/// What a template may use before it is stopped; templates come with models, from strangers.
public struct TemplateLimits: Equatable, Sendable {
    /// Evaluations, elements and characters handled.
    public var steps: Int
    /// Nesting of statements, expressions and macro calls while rendering, and of values.
    public var depth: Int
    /// The length of the output, and of every text on the way, in Unicode scalars.
    public var length: Int

    public init(steps: Int = 5_000_000, depth: Int = 100, length: Int = 4_000_000) {
        self.steps = steps
        self.depth = depth
        self.length = length
    }
}
