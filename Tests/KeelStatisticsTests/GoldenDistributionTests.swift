import KeelStatistics
import Testing

struct GoldenDistributionTests {
    let golden: Goldens.Distributions

    init() throws {
        golden = try Goldens.load().distributions
    }

    @Test func `the normal distribution agrees with scipy`() throws {
        for row in golden.normalQuantile {
            expectClose(try NormalDistribution.quantile(row[0]), row[1], relative: 1e-13)
        }
        for row in golden.normalCDF {
            expectClose(NormalDistribution.cdf(row[0]), row[1], relative: 1e-13)
        }
    }

    @Test func `Student's t agrees with scipy`() throws {
        for row in golden.tQuantile {
            let t = try StudentT(degreesOfFreedom: row[0])
            expectClose(try t.quantile(row[1]), row[2], relative: 1e-11, "quantile \(row)")
        }
        for row in golden.tCDF {
            let t = try StudentT(degreesOfFreedom: row[0])
            expectClose(t.cdf(row[1]), row[2], relative: 1e-11, "cdf \(row)")
        }
    }

    @Test func `chi-square agrees with scipy`() throws {
        for row in golden.chiSquareCDF {
            let chiSquare = try ChiSquare(degreesOfFreedom: row[0])
            expectClose(chiSquare.cdf(row[1]), row[2], relative: 1e-11, "\(row)")
        }
    }

    @Test func `the incomplete beta function and its inverse agree with scipy`() {
        for row in golden.betaCDF {
            expectClose(
                regularizedIncompleteBeta(row[0], row[1], x: row[2]), row[3], relative: 1e-10,
                "\(row)")
        }
        for row in golden.betaQuantile {
            expectClose(
                inverseRegularizedIncompleteBeta(row[0], row[1], probability: row[2]), row[3],
                relative: 1e-10, "\(row)")
        }
    }

    @Test func `binomial tails agree with scipy`() throws {
        for row in golden.binomial {
            let binomial = try Binomial(trials: Int(row[0]), probability: row[1])
            expectClose(binomial.cdf(Int(row[2])), row[3], relative: 1e-11, "\(row)")
            expectClose(binomial.upperTail(Int(row[2])), row[4], relative: 1e-11, "\(row)")
        }
    }
}
