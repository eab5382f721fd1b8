/// One tensor of a GGUF file.
public struct GGUFTensor: Hashable, Sendable {
    /// Unique in its file.
    public let name: String
    /// How its elements are stored.
    public let type: GGMLType
    /// The sizes of the axes in PyTorch's order, the contiguous one last (ggml's is the reverse).
    public let shape: [Int]
    /// Where its bytes lie, counted from the start of the file.
    public let byteRange: Range<Int>

    /// The product of the axes.
    public var elementCount: Int { shape.reduce(1, *) }
    /// The size of the last axis; a whole number of blocks.
    public var elementsPerRow: Int { shape.last ?? 1 }
    /// Rows along the last axis.
    public var rowCount: Int { elementCount / elementsPerRow }
}
