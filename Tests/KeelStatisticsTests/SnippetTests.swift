import KeelStatistics
import Testing

/// What `Sources/KeelStatistics/KeelStatistics.docc` shows, compiled and run; `make test-docs` holds the two equal.
struct SnippetTests {
    @Test func `a paired difference`() throws {
        // Whether a model held, in the answers to four topics, before and after a change.
        let before = try ClusteredSample([[1, 0, 1], [1, 1], [0, 1, 1, 0], [1]])
        let after = try ClusteredSample([[1, 1, 1], [1, 1], [1, 1, 0, 1], [1]])
        let change = try PairedSample(baseline: before, candidate: after).difference()
        #expect(abs(change.value - 0.2) < 1e-12 && change.interval.contains(change.value))
    }
}
