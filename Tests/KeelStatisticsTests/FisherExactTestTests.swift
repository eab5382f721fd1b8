import KeelStatistics
import Testing

/// Fisher's exact test against `scipy.stats.fisher_exact` 1.17.1, and its laws.
@Suite struct FisherExactTestTests {
    @Test(arguments: [
        (8, 10, 1, 6, 0.034965034965034975), (3, 100, 9, 100, 0.13376254234859514),
        (0, 5, 0, 5, 1.0), (12, 200, 40, 210, 8.47448140111516e-05),
    ])
    func `p-values are those of scipy`(a: Int, n: Int, b: Int, m: Int, expected: Double) throws {
        let found = try FisherExactTest(events: (a, b), sizes: (n, m)).pValue
        #expect(abs(found - expected) <= 1e-9 * expected)
    }

    @Test func `samples may change places, and equal shares differ by nothing`() throws {
        for (a, n, b, m) in [(1, 9, 4, 7), (0, 3, 2, 50), (5, 10, 50, 100)] {
            let one = try FisherExactTest(events: (a, b), sizes: (n, m)).pValue
            let other = try FisherExactTest(events: (b, a), sizes: (m, n)).pValue
            #expect(abs(one - other) < 1e-12 && one > 0 && one <= 1)
        }
        #expect(try FisherExactTest(events: (5, 50), sizes: (10, 100)).pValue == 1)
    }

    @Test func `impossible counts are refused`() {
        #expect(throws: StatisticsError.self) { try FisherExactTest(events: (1, 0), sizes: (0, 5)) }
        #expect(throws: StatisticsError.self) { try FisherExactTest(events: (6, 0), sizes: (5, 5)) }
        #expect(throws: StatisticsError.self) {
            try FisherExactTest(events: (-1, 0), sizes: (5, 5))
        }
    }
}
