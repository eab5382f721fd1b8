import KeelModel

/// Where an autoencoder's activations came from, in the words of SAELens.
public struct SAEMetadata: Hashable, Sendable {
    /// The model whose activations it was trained on.
    public var model: String
    /// A hook point's name.
    public var point: String
    /// Tokens of a passage.
    public var window: Int
    /// The architecture it was trained as; BatchTopK is used as JumpReLU.
    public var trainingArchitecture: String?
    /// A model whose activations were taken off; nil where the autoencoder is of one model's.
    public var minus: String?

    public init(
        model: String, point: String, window: Int, trainingArchitecture: String? = nil,
        minus: String? = nil
    ) {
        self.model = model
        self.point = point
        self.window = window
        self.trainingArchitecture = trainingArchitecture
        self.minus = minus
    }

    /// - Throws: `InterpretabilityError.unsupported` where the autoencoder is of the difference of two models,
    ///   so that its latents mean nothing in the stream of one.
    public func checkIsOfOneModel() throws(InterpretabilityError) {
        guard let minus else { return }
        throw .unsupported(
            "The autoencoder is of the difference of \(model) and \(minus), and cannot read the stream of one "
                + "model. \"keel sae features --top\" says what it found.")
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
