internal import CTorch

/// An array of numbers on a device: a reference to one tensor of the engine.
///
/// Copies of the value share elements; the memory is freed when the last one goes. A failed
/// operation throws `TensorError` with the shapes it was given. Tensors are not `Sendable`: a model
/// and all its tensors belong to one actor.
public struct Tensor {
    private final class Handle {
        let raw: OpaquePointer
        init(_ raw: OpaquePointer) { self.raw = raw }
        deinit { ct_free(raw) }
    }

    private let handle: Handle

    var raw: OpaquePointer { handle.raw }

    /// Takes over a tensor that the engine returned.
    init(owning raw: OpaquePointer?, _ operation: String, _ tensors: [Tensor] = [])
        throws(TensorError)
    {
        guard let raw else { throw engineError(operation, tensors) }
        handle = Handle(raw)
    }

    // MARK: What it is

    /// Number of dimensions; 0 for a single number.
    public var rank: Int { Int(ct_rank(raw)) }

    /// Size of each dimension, the contiguous one last where nothing was permuted.
    public var shape: [Int] {
        let rank = self.rank
        return withUnsafeTemporaryAllocation(of: Int64.self, capacity: rank + 1) { buffer in
            // The temporary allocation holds at least one element, so it has an address.
            guard let base = buffer.baseAddress else { return [] }
            ct_shape(raw, base)
            return (0..<rank).map { Int(buffer[$0]) }
        }
    }

    /// Size of one dimension; negative numbers count from the last.
    public func size(_ dimension: Int) -> Int {
        let shape = self.shape
        let index = dimension < 0 ? dimension + shape.count : dimension
        precondition(shape.indices.contains(index), "dimension \(dimension) of shape \(shape)")
        return shape[index]
    }

    /// Number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// - Throws: `TensorError` for an engine type that Keel does not use.
    public func elementType() throws(TensorError) -> ElementType {
        guard let type = ElementType(raw: ct_type(raw)) else {
            throw TensorError(
                operation: "element type", shapes: [shape], reason: "a type that Keel does not use")
        }
        return type
    }

    /// Where its elements lie.
    public var device: Device {
        var name = [CChar](repeating: 0, count: 32)
        ct_device(raw, &name, name.count)
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return Device(unchecked: String(decoding: bytes, as: UTF8.self))
    }

    // MARK: Out

    /// All elements in row-major order, as the given type.
    /// - Throws: `TensorError` when the elements are of another type: convert with `to(_:)` first.
    public func array<Element: TensorElement>(_ type: Element.Type = Element.self)
        throws(TensorError)
        -> [Element]
    {
        let own = try elementType()
        guard own == Element.elementType else {
            throw TensorError(
                operation: "array of \(Element.elementType)", shapes: [shape],
                reason: "the elements are \(own)")
        }
        let count = self.count
        var status: Int32 = 0
        let result = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            status = ct_copy_out(raw, base, count * MemoryLayout<Element>.stride)
            initialized = status == 0 ? count : 0
        }
        try check(status, "array", [self])
        return result
    }

    /// All elements in row-major order, as the machine's bytes.
    public func bytes() throws(TensorError) -> [UInt8] {
        let size = try count * elementType().size
        var status: Int32 = 0
        let result = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
            guard let base = buffer.baseAddress else { return }
            status = ct_copy_out(raw, base, size)
            initialized = status == 0 ? size : 0
        }
        try check(status, "bytes", [self])
        return result
    }

    /// The only element of a tensor of one element, of any numeric type.
    public func item() throws(TensorError) -> Double {
        guard count == 1 else {
            throw TensorError(
                operation: "item", shapes: [shape], reason: "there is not exactly one element")
        }
        return try to(.float64).array(Double.self)[0]
    }

    /// Reads the elements in place, without a copy.
    /// - Throws: `TensorError` unless the tensor is contiguous, on the CPU and of this type.
    public func withElements<Element: TensorElement, Result>(
        _ type: Element.Type, _ body: (UnsafeBufferPointer<Element>) -> Result
    ) throws(TensorError) -> Result {
        guard try elementType() == Element.elementType, let data = ct_data(raw) else {
            throw TensorError(
                operation: "elements in place", shapes: [shape],
                reason: "the tensor is not a contiguous CPU tensor of \(Element.elementType)")
        }
        let count = self.count
        let result = body(
            UnsafeBufferPointer(
                start: data.bindMemory(to: Element.self, capacity: count), count: count))
        return withExtendedLifetime(handle) { result }
    }
}

extension Tensor: CustomStringConvertible {
    public var description: String {
        let type = (try? elementType().rawValue) ?? "?"
        let head = "Tensor(\(shape), \(type), \(device))"
        guard count <= 64, let values = try? to(.float64).array(Double.self) else { return head }
        return "\(head) \(values)"
    }
}
