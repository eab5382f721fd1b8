/// How many bits the frozen weight of a linear layer takes.
public enum WeightPrecision: String, Hashable, Sendable, CaseIterable {
    /// As the model computes; laid out for speed, where the machine can.
    case full = "f32"
    /// 8 bits a number and a scale a row.
    case int8
    /// 4 bits a number, and 32 more for a scale and a zero each 32 numbers.
    case int4

    /// Bytes that a weight takes.
    /// - Parameters:
    ///   - shape: `[out, in]`.
    ///   - type: What the model computes in.
    /// - Returns: Those of the next higher precision where these bits cannot hold the shape.
    public func byteCount(shape: [Int], type: ElementType) -> Double {
        let count = shape.reduce(1) { $0 * Double($1) }
        switch QuantisedWeight.precision(shape: shape, atMost: self) {
        case .full: return count * Double(type.size)
        case .int8: return count + 2 * count / Double(shape.last ?? 1)
        case .int4: return count / 2 + 4 * count / Double(QuantisedWeight.group)
        }
    }
}
