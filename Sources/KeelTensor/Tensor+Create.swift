internal import CTorch

extension Tensor {
    /// A CPU tensor of these elements, in row-major order.
    /// - Throws: `TensorError` when the shape does not hold exactly that many.
    public init<Element: TensorElement>(_ elements: [Element], shape: [Int]? = nil)
        throws(TensorError)
    {
        let shape = (shape ?? [elements.count]).map(Int64.init)
        let raw = elements.withUnsafeBytes { bytes in
            // An empty array has no address; any address serves for zero bytes.
            ct_from_bytes(
                bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped, bytes.count,
                shape,
                Int32(shape.count), Element.elementType.raw)
        }
        try self.init(owning: raw, "tensor of \(elements.count) elements with shape \(shape)")
    }

    /// A CPU tensor with a copy of these bytes, in row-major order.
    /// - Throws: `TensorError` when the shape needs more or fewer bytes than there are.
    public init(
        copying bytes: UnsafeRawBufferPointer, shape: [Int], type: ElementType
    ) throws(TensorError) {
        guard let base = bytes.baseAddress else {
            self = try .zeros(shape, type: type)
            return
        }
        try self.init(
            owning: ct_from_bytes(
                base, bytes.count, shape.map(Int64.init), Int32(shape.count), type.raw),
            "tensor of \(bytes.count) bytes with shape \(shape)")
    }

    /// A CPU tensor over memory that `owner` keeps valid and unchanged; nothing is copied.
    /// - Throws: `TensorError` when the shape needs more bytes than there are.
    public init(
        memory: UnsafeRawBufferPointer, shape: [Int], type: ElementType, owner: AnyObject
    ) throws(TensorError) {
        var bytes = type.size
        for size in shape {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard size >= 0, !overflow else {
                throw TensorError(
                    operation: "tensor over memory", shapes: [shape], reason: "no such shape")
            }
            bytes = product
        }
        guard let base = memory.baseAddress, bytes == memory.count else {
            throw TensorError(
                operation: "tensor over memory", shapes: [shape],
                reason: "it needs \(bytes) bytes of \(type), there are \(memory.count)")
        }
        let context = Unmanaged.passRetained(owner)
        let raw = ct_from_memory(
            UnsafeMutableRawPointer(mutating: base), shape.map(Int64.init), Int32(shape.count),
            type.raw,
            { context in
                if let context { Unmanaged<AnyObject>.fromOpaque(context).release() }
            }, context.toOpaque())
        if raw == nil { context.release() }
        try self.init(owning: raw, "tensor over memory")
    }

    /// A tensor whose every element is `value`.
    public static func full(
        _ value: Double, shape: [Int], type: ElementType = .float32, device: Device = .cpu
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_full(
                value, shape.map(Int64.init), Int32(shape.count), type.raw, device.name),
            "full with shape \(shape)")
    }

    /// Whatever the memory holds; no page of it is touched.
    public static func uninitialized(
        _ shape: [Int], type: ElementType = .float32, device: Device = .cpu
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_empty(shape.map(Int64.init), Int32(shape.count), type.raw, device.name),
            "empty with shape \(shape)")
    }

    /// A tensor of zeros with this shape; `[]` is a single number.
    public static func zeros(
        _ shape: [Int], type: ElementType = .float32, device: Device = .cpu
    ) throws(TensorError) -> Tensor {
        try full(0, shape: shape, type: type, device: device)
    }

    /// Whole numbers from `range.lowerBound` up to, not including, its end: `[range.count]`.
    public static func arange(
        _ range: Range<Int>, type: ElementType = .int64, device: Device = .cpu
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_arange(
                Int64(range.lowerBound), Int64(range.upperBound), type.raw, device.name),
            "arange")
    }

    /// Standard normal numbers.
    public static func normal(
        _ shape: [Int], type: ElementType = .float32, generator: RandomGenerator
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_randn(generator.raw, shape.map(Int64.init), Int32(shape.count), type.raw),
            "normal with shape \(shape)")
    }

    /// Numbers evenly distributed from 0 up to, not including, 1.
    public static func uniform(
        _ shape: [Int], type: ElementType = .float32, generator: RandomGenerator
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_rand(generator.raw, shape.map(Int64.init), Int32(shape.count), type.raw),
            "uniform with shape \(shape)")
    }

    /// Whole numbers evenly distributed over `range`, as `int64`.
    public static func integers(
        in range: Range<Int>, shape: [Int], generator: RandomGenerator
    ) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_randint(
                generator.raw, Int64(range.lowerBound), Int64(range.upperBound),
                shape.map(Int64.init),
                Int32(shape.count)), "integers with shape \(shape)")
    }

    /// The same numbers as another type or on another device; itself where nothing changes.
    public func to(_ type: ElementType? = nil, device: Device? = nil) throws(TensorError) -> Tensor
    {
        let type = if let type { type } else { try elementType() }
        return try Tensor(
            owning: ct_to(raw, type.raw, (device ?? self.device).name), "to \(type)", [self])
    }
}
