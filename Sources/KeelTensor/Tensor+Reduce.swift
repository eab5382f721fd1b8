internal import CTorch

// Each reduces over the given dimensions, or over all of them when none is given.

extension Tensor {
    private func reduce(_ operation: CTReduction, _ name: String, _ dimensions: [Int], _ keep: Bool)
        throws(TensorError) -> Tensor
    {
        try Tensor(
            owning: ct_reduce(
                operation, raw, dimensions.map(Int64.init), Int32(dimensions.count), keep),
            "\(name) over \(dimensions)", [self])
    }

    /// Sum; with `keeping`, dimensions that are reduced stay, with size 1.
    public func sum(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CT_SUM, "sum", dimensions, keeping)
    }
    /// Mean; of numbers with a fraction.
    public func mean(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CT_MEAN, "mean", dimensions, keeping)
    }
    /// The largest element; a gradient is shared among equal ones.
    public func max(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CT_AMAX, "max", dimensions, keeping)
    }
    /// The smallest element; a gradient is shared among equal ones.
    public func min(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CT_AMIN, "min", dimensions, keeping)
    }
    /// Variance with n - 1 in the denominator.
    public func variance(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor
    {
        try reduce(CT_VAR, "variance", dimensions, keeping)
    }
    /// Euclidean norm.
    public func norm(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CT_NORM, "norm", dimensions, keeping)
    }
    /// `log Σ eˣ`, computed stably.
    public func logSumExp(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor
    {
        try reduce(CT_LOGSUMEXP, "log-sum-exp", dimensions, keeping)
    }
    /// Whether any element is not 0.
    public func any(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CT_ANY, "any", dimensions, keeping)
    }
    /// Whether no element is 0.
    public func all(_ dimensions: Int..., keeping: Bool = false) throws(TensorError) -> Tensor {
        try reduce(CT_ALL, "all", dimensions, keeping)
    }
    /// Index of the largest element; of the first of several.
    public func argmax(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_argmax(raw, Int64(dimension)), "argmax", [self])
    }
    /// The sum of the elements up to each one, along a dimension.
    public func cumulativeSum(_ dimension: Int) throws(TensorError) -> Tensor {
        try Tensor(owning: ct_cumsum(raw, Int64(dimension)), "cumulative sum", [self])
    }

    /// The `k` largest elements along a dimension, the largest first, and where they stood.
    public func top(_ k: Int, dimension: Int = -1) throws(TensorError) -> (
        values: Tensor, indices: Tensor
    ) {
        var values: OpaquePointer?
        var indices: OpaquePointer?
        try check(ct_topk(raw, Int64(k), Int64(dimension), &values, &indices), "top \(k)", [self])
        return (try Tensor(owning: values, "top"), try Tensor(owning: indices, "top"))
    }

    /// Elements in order along a dimension, and where they stood (int64).
    public func sorted(dimension: Int = -1, descending: Bool = false) throws(TensorError)
        -> (values: Tensor, indices: Tensor)
    {
        var values: OpaquePointer?
        var indices: OpaquePointer?
        try check(ct_sort(raw, Int64(dimension), descending, &values, &indices), "sort", [self])
        return (try Tensor(owning: values, "sort"), try Tensor(owning: indices, "sort"))
    }
}
