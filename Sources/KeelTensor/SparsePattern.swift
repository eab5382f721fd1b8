internal import CTorch

/// Which elements of a matrix are not zero, row by row.
///
/// With the values in a tensor of their own, this is a sparse matrix. Products touch only the rows of
/// the other matrix that the pattern names, gradients too. On the CPU, in float32.
public struct SparsePattern {
    /// Rows of the matrix, those without an element included.
    public let rows: Int
    /// Columns of the matrix, more than any index.
    public let columns: Int
    /// Where each row begins in `indices`: `[rows + 1]`, int64.
    private let offsets: Tensor
    /// The column of each place, row by row: `[n]`, int64.
    public let indices: Tensor

    /// Number of places.
    public var count: Int { indices.count }

    /// The `k` largest elements of each row of a matrix; fewer where `positive` leaves fewer.
    ///
    /// Of equal elements, the first is taken.
    /// - Parameters:
    ///   - k: At least 1.
    ///   - matrix: `[rows, columns]`.
    ///   - positive: Whether only elements above 0 count.
    /// - Throws: `TensorError`.
    public init(largest k: Int, inEachRowOf matrix: Tensor, positive: Bool = true)
        throws(TensorError)
    {
        try self.init(matrix, k, eachRow: true, positive)
    }

    /// The `k · rows` largest positive elements of a matrix, wherever they stand.
    public init(largest k: Int, perRowOf matrix: Tensor) throws(TensorError) {
        try self.init(matrix, k, eachRow: false, true)
    }

    private init(_ matrix: Tensor, _ k: Int, eachRow: Bool, _ positive: Bool) throws(TensorError) {
        var offsets: OpaquePointer?
        var indices: OpaquePointer?
        try check(
            ct_sparse_largest(matrix.raw, Int64(k), eachRow, positive, &offsets, &indices),
            "the \(k) largest", [matrix])
        self.offsets = try Tensor(owning: offsets, "offsets")
        self.indices = try Tensor(owning: indices, "columns")
        (rows, columns) = (matrix.size(0), matrix.size(1))
    }

    private init(rows: Int, columns: Int, offsets: Tensor, indices: Tensor) {
        (self.rows, self.columns, self.offsets, self.indices) = (rows, columns, offsets, indices)
    }

    /// The same places in a wider matrix, whose column `table[j]` stands for column `j`.
    public func mapped(to table: Tensor, columns: Int) throws(TensorError) -> SparsePattern {
        SparsePattern(
            rows: rows, columns: columns, offsets: offsets,
            indices: try table.indexed(0, by: indices))
    }

    /// At each place `(i, j)`, row `i` of `a` times row `j` of `b`: `[n]`.
    /// - Parameters:
    ///   - a: `[rows, d]`.
    ///   - b: `[columns, d]`.
    /// - Returns: Differentiable in both.
    /// - Throws: `TensorError` when shapes do not fit.
    public func products(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_sampled_product(a.raw, b.raw, offsets.raw, indices.raw), "sampled product",
            [a, b])
    }

    /// The sparse matrix with these values, times `b`: `[rows, d]`.
    /// - Parameters:
    ///   - values: `[n]`.
    ///   - b: `[columns, d]`.
    /// - Returns: Differentiable in both.
    /// - Throws: `TensorError` when shapes do not fit.
    public func matrix(_ values: Tensor, times b: Tensor) throws(TensorError) -> Tensor {
        try Tensor(
            owning: ct_sparse_product(values.raw, offsets.raw, indices.raw, b.raw),
            "sparse product", [values, b])
    }

    /// How often each column occurs: `[columns]`, float32.
    public func columnCounts() throws(TensorError) -> Tensor {
        try Tensor.zeros([columns]).scatterAdded(
            0, at: indices, Tensor.full(1, shape: [count]))
    }

    /// The whole matrix with these values at its places and zeros elsewhere: `[rows, columns]`.
    public func dense(_ values: Tensor) throws(TensorError) -> Tensor {
        let starts = try offsets.array(Int64.self)
        let columns = try indices.array(Int64.self)
        var places: [Int64] = []
        places.reserveCapacity(count)
        for row in 0..<rows {
            let first = Int64(row * self.columns)
            places += columns[Int(starts[row])..<Int(starts[row + 1])].map { first + $0 }
        }
        return try Tensor.zeros([rows * self.columns])
            .scatterAdded(0, at: Tensor(places), values).reshaped(rows, self.columns)
    }
}
