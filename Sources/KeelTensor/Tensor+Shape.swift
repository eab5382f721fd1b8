internal import CTorch

// Views share elements with their source; `reshaped` copies only where no view can be had.

extension Tensor {
    /// The same elements in another shape; one size may be -1 and is found.
    public func reshaped(_ shape: Int...) throws(TensorError) -> Tensor { try reshaped(shape) }
    /// The same elements in another shape; one size may be -1 and is found.
    public func reshaped(_ shape: [Int]) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_reshape(raw, shape.map(Int64.init), Int32(shape.count)),
            "reshape to \(shape)", [self])
    }
    /// Dimensions of size 1 repeated without a copy; -1 leaves a dimension as it is.
    public func expanded(_ shape: Int...) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_expand(raw, shape.map(Int64.init), Int32(shape.count)), "expand to \(shape)",
            [self])
    }
    /// Dimensions in another order, each named once; a view.
    public func permuted(_ order: Int...) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_permute(raw, order.map(Int64.init), Int32(order.count)),
            "permute to \(order)", [self])
    }
    /// Two dimensions swapped; a view.
    public func transposed(_ first: Int = -2, _ second: Int = -1) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_transpose(raw, Int64(first), Int64(second)), "transpose", [self])
    }
    /// A dimension of size 1 put in at this place; a view.
    public func unsqueezed(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_unsqueeze(raw, Int64(dimension)), "unsqueeze \(dimension)", [self])
    }
    /// A dimension of size 1 taken out; one of another size stays.
    public func squeezed(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_squeeze(raw, Int64(dimension)), "squeeze \(dimension)", [self])
    }

    /// The part `range` of one dimension; a view.
    public func narrowed(_ dimension: Int, _ range: Range<Int>) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_narrow(raw, Int64(dimension), Int64(range.lowerBound), Int64(range.count)),
            "narrow dimension \(dimension) to \(range)", [self])
    }
    /// One index of one dimension, which disappears; a view.
    public func selected(_ dimension: Int, _ index: Int) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_select(raw, Int64(dimension), Int64(index)),
            "select \(index) of dimension \(dimension)", [self])
    }
    /// Copies of the slices that `indices` (`[n]`, int64) name.
    public func indexed(_ dimension: Int, by indices: Tensor) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_index_select(raw, Int64(dimension), indices.raw), "index", [self, indices])
    }
    /// One element per index, along a dimension; the result has the shape of `indices`.
    public func gathered(_ dimension: Int, by indices: Tensor) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_gather(raw, Int64(dimension), indices.raw), "gather", [self, indices])
    }
    /// A copy to which elements of `source` are added where `indices` say.
    public func scatterAdded(_ dimension: Int, at indices: Tensor, _ source: Tensor)
        throws(TensorError) -> Tensor
    {
        try Tensor(
            owning: ct_scatter_add(raw, Int64(dimension), indices.raw, source.raw), "scatter-add",
            [self, indices, source])
    }
    /// Consecutive parts of one dimension, whose lengths must add up to it; views.
    public func split(_ dimension: Int, lengths: [Int]) throws(TensorError) -> [Tensor] {
        var raw = [OpaquePointer?](repeating: nil, count: lengths.count)
        try check(
            ct_split(
                self.raw, lengths.map(Int64.init), Int32(lengths.count), Int64(dimension), &raw),
            "split dimension \(dimension) into \(lengths)", [self])
        var parts: [Tensor] = []
        for pointer in raw { parts.append(try Tensor(owning: pointer, "split")) }
        return parts
    }
    /// The part on and below a diagonal, zeros elsewhere.
    public func lowerTriangle(diagonal: Int = 0) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_triangle(raw, false, Int64(diagonal)), "lower triangle", [self])
    }
    /// The part on and above a diagonal, zeros elsewhere.
    public func upperTriangle(diagonal: Int = 0) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_triangle(raw, true, Int64(diagonal)), "upper triangle", [self])
    }

    /// Tensors joined along a dimension they have.
    public static func concatenated(_ tensors: [Tensor], dimension: Int) throws(TensorError)
        -> Tensor
    {
        try Tensor(
            owning: ct_cat(tensors.map(\.raw), Int32(tensors.count), Int64(dimension)),
            "concatenate along \(dimension)", tensors)
    }
    /// Tensors of one shape joined along a new dimension.
    public static func stacked(_ tensors: [Tensor], dimension: Int = 0) throws(TensorError)
        -> Tensor
    {
        try Tensor(
            owning: ct_stack(tensors.map(\.raw), Int32(tensors.count), Int64(dimension)), "stack",
            tensors)
    }
}
