import KeelEvaluation
import Testing

/// What `Sources/KeelEvaluation/KeelEvaluation.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a suite that ships is read`() throws {
        let suite = try Suite.shipped("character")
        let probes = suite.dimensions.flatMap(\.probes)
        #expect(probes.count > 100 && !suite.canary.isEmpty)
    }
}
