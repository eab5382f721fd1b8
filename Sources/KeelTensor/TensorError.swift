/// What the engine could not do.
public struct TensorError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The operation that failed.
    public var operation: String
    /// Shapes of its tensors, in the order of its arguments.
    public var shapes: [[Int]]
    /// The engine's own words, one line.
    public var reason: String

    public init(operation: String, shapes: [[Int]] = [], reason: String) {
        self.operation = operation
        self.shapes = shapes
        self.reason = reason
    }

    public var description: String {
        let of = shapes.isEmpty ? "" : " of " + shapes.map(\.description).joined(separator: " and ")
        return "\(operation)\(of): \(reason)"
    }
}
