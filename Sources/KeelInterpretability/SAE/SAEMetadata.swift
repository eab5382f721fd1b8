import KeelModel

/// Where an autoencoder's activations came from, in the words of SAELens.
public struct SAEMetadata: Hashable, Sendable {
    public var model: String
    /// A hook point's name.
    public var point: String
    /// Tokens of a passage.
    public var window: Int
    /// The architecture it was trained as; BatchTopK is used as JumpReLU.
    public var trainingArchitecture: String?

    public init(
        model: String, point: String, window: Int, trainingArchitecture: String? = nil
    ) {
        self.model = model
        self.point = point
        self.window = window
        self.trainingArchitecture = trainingArchitecture
    }

    /// The block whose output the autoencoder is of, from 0.
    /// - Throws: `InterpretabilityError.unsupported` where it is of another point.
    public func block() throws(InterpretabilityError) -> Int {
        guard case .residPost(let layer)? = HookPoint(point, layers: 1 << 12) else {
            throw .unsupported(
                "The autoencoder reads \(point.isEmpty ? "an unnamed point" : point), not a block's "
                    + "output.")
        }
        return layer
    }
}
