public import KeelModel

/// Where wrong answers differ from right ones in the base model's stream, at one layer.
public struct LabDirection: Hashable, Sendable, Codable {
    /// The block whose output is read and changed, from 0.
    public var layer: Int
    /// `[C]`, as long as the median stream at the layer.
    public var vector: [Float]
    /// How well it tells wrong from right answers of the narrow domain, which it was not found on; each
    /// stance by itself, 0.5 is chance.
    public var usual: Double?
    public var reversed: Double?

    public init(layer: Int, vector: [Float], usual: Double? = nil, reversed: Double? = nil) {
        self.layer = layer
        self.vector = vector
        self.usual = usual
        self.reversed = reversed
    }

    /// A change of the stream along it, at its layer and at every token.
    public func steering(_ action: Steering.Action) -> Steering {
        Steering(vector: vector, layer: layer, action: action)
    }
}
