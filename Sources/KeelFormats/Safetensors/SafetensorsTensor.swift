/// One tensor of a safetensors file: little-endian, row-major, contiguous.
public struct SafetensorsTensor: Hashable, Sendable {
    /// Unique in its file.
    public let name: String
    /// How its elements are stored.
    public let dtype: SafetensorsDType
    /// The sizes of the axes, slowest first; empty for a scalar.
    public let shape: [Int]
    /// Where its bytes lie, counted from the start of the file.
    public let byteRange: Range<Int>
}
