import Foundation
import KeelStatistics
import Testing

/// The reference values written by `Scripts/goldens/statistics.py`.
struct Goldens: Decodable {
    struct Distributions: Decodable {
        let normalQuantile, normalCDF, tQuantile, tCDF, chiSquareCDF: [[Double]]
        let betaCDF, betaQuantile, binomial: [[Double]]
    }
    struct Fit: Decodable {
        let value, error, lower, upper, p: Double
    }
    struct Samples: Decodable {
        struct TOST: Decodable { let margin, p: Double }
        let before, after, hits, tokens: [[Double]]
        let mean, paired, ratio: Fit
        let tost: TOST
        let signFlip: Double
    }
    struct Rates: Decodable {
        struct Case: Decodable {
            let clusters: [[Double]]
            let value, error, lower, upper: Double
        }
        let cases: [Case]
        let difference: Fit
    }
    struct Counts: Decodable {
        struct Case: Decodable {
            let hits, tokens: [[Double]]
            let value, error, lower, upper: Double
        }
        let cases: [Case]
        let delta, difference, magnitude: Fit
        let sizes: [[Double]]
    }
    struct Relabelling: Decodable {
        let before, after: [[Double]]
        let p, error: Double
    }
    struct Bootstrap: Decodable {
        let clusters: [[Double]]
        let value, error, lower, upper: Double
    }
    struct Tests: Decodable {
        let mcnemar: [[Double]]
        let raw, holm, benjaminiHochberg: [Double]
    }
    struct Agreement: Decodable {
        let table: [[Int]]
        let kappa, kappaError, ac1, ac1Error: Double
    }
    struct Strengths: Decodable {
        let wins: [[Double]]
        let theta, error, flat: [Double]
    }
    struct PairedChoices: Decodable {
        let differences: [[Double]]
        let probabilities: [Double]
        let labels: [Int]
        let beta, error, p: [Double]
        /// Of certain choices and without a prior.
        let logit, logitError, logitCurvature: [Double]
    }
    struct Separation: Decodable {
        let one, other: [Double]
        let value, error, lower, upper: Double
    }
    struct Components: Decodable {
        let clusters: [[Double]]
        let between, within: Double
    }

    let distributions: Distributions
    let samples: Samples
    let rates: Rates
    let proportions: [[Double]]
    let tests: Tests
    let agreement: [Agreement]
    let bradleyTerry: Strengths
    let components: Components
    let planning: [[Double]]
    let counts: Counts
    let relabelling: [Relabelling]
    let bootstrap: Bootstrap
    let pairedLogistic: PairedChoices
    let separation: [Separation]

    static func load() throws -> Goldens {
        let folder = try #require(Bundle.module.resourceURL)
        let data = try Data(contentsOf: folder.appending(path: "Goldens/statistics.json"))
        return try JSONDecoder().decode(Goldens.self, from: data)
    }
}

/// Expects two numbers to agree to a part of the larger, or to a tiny absolute distance.
func expectClose(
    _ actual: Double, _ expected: Double, relative: Double = 1e-9, absolute: Double = 1e-14,
    _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    let tolerance = max(absolute, relative * max(abs(actual), abs(expected)))
    #expect(abs(actual - expected) <= tolerance, comment, sourceLocation: sourceLocation)
}

func expectMatch(
    _ estimate: Estimate, _ fit: Goldens.Fit, sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose(estimate.value, fit.value, sourceLocation: sourceLocation)
    expectClose(estimate.standardError, fit.error, sourceLocation: sourceLocation)
    expectClose(estimate.interval.lowerBound, fit.lower, sourceLocation: sourceLocation)
    expectClose(estimate.interval.upperBound, fit.upper, sourceLocation: sourceLocation)
}
