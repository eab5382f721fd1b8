import KeelStatistics
import Testing

struct GoldenTestTests {
    let golden: Goldens

    init() throws {
        golden = try Goldens.load()
    }

    @Test func `Wilson and Clopper-Pearson intervals agree with statsmodels`() throws {
        for row in golden.proportions {
            let wilson = try Proportion.wilson(successes: Int(row[0]), trials: Int(row[1]))
            let exact = try Proportion.clopperPearson(successes: Int(row[0]), trials: Int(row[1]))
            expectClose(wilson.interval.lowerBound, row[2], "\(row)")
            expectClose(wilson.interval.upperBound, row[3], "\(row)")
            expectClose(exact.interval.lowerBound, row[4], "\(row)")
            expectClose(exact.interval.upperBound, row[5], "\(row)")
        }
    }

    @Test func `McNemar's exact test agrees with statsmodels`() throws {
        for row in golden.tests.mcnemar {
            expectClose(try McNemarTest(gained: Int(row[0]), lost: Int(row[1])).pValue, row[2])
        }
    }

    @Test func `adjusted p-values agree with statsmodels`() throws {
        for (actual, expected) in [
            (try Multiplicity.holm(golden.tests.raw), golden.tests.holm),
            (try Multiplicity.benjaminiHochberg(golden.tests.raw), golden.tests.benjaminiHochberg),
        ] {
            for (p, q) in zip(actual, expected) { expectClose(p, q) }
        }
    }

    @Test func `kappa agrees with statsmodels and AC1 with Gwet's formula`() throws {
        for row in golden.agreement {
            var first: [Int] = []
            var second: [Int] = []
            for (i, counts) in row.table.enumerated() {
                for (j, count) in counts.enumerated() {
                    first += [Int](repeating: i, count: count)
                    second += [Int](repeating: j, count: count)
                }
            }
            let matrix = try ConfusionMatrix(
                labels: Array(row.table.indices), first: first, second: second)
            #expect(matrix.counts == row.table)
            expectClose(try matrix.cohensKappa().value, row.kappa)
            expectClose(try matrix.cohensKappa().standardError, row.kappaError)
            expectClose(try matrix.ac1().value, row.ac1)
            expectClose(try matrix.ac1().standardError, row.ac1Error)
        }
    }

    @Test func `Bradley-Terry strengths agree with scipy's optimiser and logistic regression`()
        throws
    {
        let golden = golden.bradleyTerry
        let strengths = try BradleyTerry(wins: golden.wins).strengths
        let flat = try BradleyTerry(wins: golden.wins, priorDeviation: 100).strengths
        for player in strengths.indices {
            expectClose(strengths[player].value, golden.theta[player], relative: 1e-6)
            expectClose(strengths[player].standardError, golden.error[player], relative: 1e-6)
            expectClose(
                strengths[player].interval.upperBound,
                golden.theta[player] + 1.959963984540054 * golden.error[player], relative: 1e-6)
            expectClose(flat[player].value, golden.flat[player], relative: 1e-4)
        }
    }

    @Test func `planning agrees with statsmodels and with the solved formula of Connor`() throws {
        for row in golden.planning {
            let analysis = try PowerAnalysis(alpha: row[0], power: row[1])
            let paired = try PowerAnalysis.Design.paired(
                differenceBetweenProbes: 1, baselineWithin: 0, candidateWithin: 0, samples: 1)
            let probes = Int(row[2])
            expectClose(
                try analysis.detectableChange(probes: probes, design: paired), row[3],
                relative: 1e-9)
            expectClose(
                try analysis.detectableChange(probes: probes, design: .unpairedRates(near: 0.5)),
                row[4], relative: 1e-9)
            expectClose(
                try analysis.detectableChange(probes: probes, discordant: 0.2), row[5],
                relative: 1e-6)
        }
    }

    @Test func `Miller's example takes 969 probes once sampling noise is gone`() throws {
        let analysis = try PowerAnalysis()
        func probes(samples: Int) throws -> Int {
            try analysis.probes(
                toDetect: 0.03,
                design: .paired(
                    differenceBetweenProbes: 1.0 / 9, baselineWithin: 1.0 / 6,
                    candidateWithin: 1.0 / 6, samples: samples))
        }
        #expect(try probes(samples: 1) == 3876)
        #expect(try probes(samples: 1_000_000_000) == 969)
    }
}
