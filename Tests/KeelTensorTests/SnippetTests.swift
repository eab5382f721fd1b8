import KeelTensor
import Testing

/// What `Sources/KeelTensor/KeelTensor.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a product of matrices`() throws {
        let weights = try Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
        let input = try Tensor([1, 1] as [Float], shape: [2, 1])
        let output = try weights.matmul(input)
        let numbers = try output.array(Float.self)
        #expect(output.shape == [2, 1] && numbers == [3, 7])
    }
}
