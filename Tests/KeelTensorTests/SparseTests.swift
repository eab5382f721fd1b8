import KeelTensor
import Testing

/// Sparse matrices beside dense ones.
@Suite struct SparseTests {
    private func matrix(_ shape: [Int], seed: UInt64) throws -> Tensor {
        try .normal(shape, generator: RandomGenerator(seed: seed))
    }

    @Test(arguments: [(1, 1, 1), (7, 5, 2), (3, 200, 17), (33, 130, 130), (4, 64, 1000)])
    func `the largest of each row are those that sorting finds`(rows: Int, n: Int, k: Int) throws {
        let x = try matrix([rows, n], seed: UInt64(n))
        let pattern = try SparsePattern(largest: k, inEachRowOf: x)
        let found = try pattern.dense(.full(1, shape: [pattern.count])).array(Float.self)
        let values = try x.array(Float.self)
        for row in 0..<rows {
            let own = Array(values[row * n..<(row + 1) * n])
            let kept = own.indices.sorted { own[$0] > own[$1] }.prefix(k).filter { own[$0] > 0 }
            let expected = own.indices.map { Float(kept.contains($0) ? 1 : 0) }
            #expect(Array(found[row * n..<(row + 1) * n]) == expected)
        }
        let all = try SparsePattern(largest: k, inEachRowOf: x, positive: false)
        #expect(all.count == rows * min(k, n))
    }

    @Test func `the largest of a whole matrix are as many as asked for, ties included`() throws {
        let x = try matrix([40, 90], seed: 2)
        let pattern = try SparsePattern(largest: 7, perRowOf: x)
        #expect(pattern.count == 280)
        let kept = try pattern.dense(.full(1, shape: [280]))
        let least = try (kept .> 0).select(x, else: .full(1e9, shape: [40, 90])).min().item()
        let dropped = try (kept .> 0).select(.full(-1e9, shape: [40, 90]), else: x).max().item()
        #expect(least > dropped)
        let ties = try SparsePattern(largest: 3, perRowOf: .full(1.5, shape: [4, 9]))
        #expect(ties.count == 12)
        #expect(try SparsePattern(largest: 3, perRowOf: .full(-1, shape: [4, 9])).count == 0)
    }

    @Test func `products and their gradients are those of dense matrices`() throws {
        let (B, S, C) = (9, 40, 37)
        let a = try matrix([B, C], seed: 1), w = try matrix([S, C], seed: 2)
        let pattern = try SparsePattern(largest: 6, inEachRowOf: matrix([B, S], seed: 3))
        let mask = try pattern.dense(.full(1, shape: [pattern.count]))
        for tensor in [a, w] { try tensor.requireGradient() }

        let sparse = try pattern.matrix(pattern.products(a, w).square(), times: w)
        let dense = try (a.matmul(w.transposed()) * mask).square().matmul(w)
        #expect(try (sparse - dense).abs().max().item() < 1e-3)
        let weight = try matrix([B, C], seed: 4)
        let found = try (sparse * weight).sum().gradients(of: [a, w])
        let expected = try (dense * weight).sum().gradients(of: [a, w])
        for (x, y) in zip(found, expected) {
            #expect(try ((x - y).abs().max() / y.abs().max()).item() < 1e-4)
        }
    }

    @Test func `a pattern in another table names that table's columns`() throws {
        let x = try Tensor([1, 5, 3] as [Float], shape: [1, 3])
        let pattern = try SparsePattern(largest: 2, inEachRowOf: x)
            .mapped(to: Tensor([7, 0, 4]), columns: 9)
        #expect(try pattern.indices.array(Int64.self) == [0, 4])
        #expect(try pattern.columnCounts().array(Float.self) == [1, 0, 0, 0, 1, 0, 0, 0, 0])
    }

    @Test func `shapes that do not fit are refused`() throws {
        let pattern = try SparsePattern(largest: 1, inEachRowOf: matrix([2, 6], seed: 1))
        let (a, b) = try (matrix([2, 3], seed: 1), matrix([6, 4], seed: 1))
        #expect(throws: TensorError.self) { try pattern.products(a, b) }
        #expect(throws: TensorError.self) { try pattern.matrix(.zeros([9]), times: b) }
        #expect(throws: TensorError.self) { try pattern.products(a, matrix([1, 3], seed: 1)) }
        #expect(throws: TensorError.self) {
            try pattern.products(a.to(.float64), b.to(.float64))
        }
    }
}
