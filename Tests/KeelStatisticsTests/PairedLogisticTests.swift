import Foundation
import KeelStatistics
import Testing

@Suite struct PairedLogisticTests {
    @Test func `coefficients, errors and sign flips agree with scipy and numpy`() throws {
        let golden = try Goldens.load().pairedLogistic
        let fit = try PairedLogistic(
            differences: golden.differences, probabilities: golden.probabilities,
            labels: golden.labels)
        var generator = SeededGenerator(seed: 1)
        for (feature, estimate) in fit.coefficients.enumerated() {
            expectClose(estimate.value, golden.beta[feature], relative: 1e-6)
            expectClose(estimate.standardError, golden.error[feature], relative: 1e-6)
            // Twelve clusters or fewer: every assignment is enumerated.
            expectClose(try fit.pValue(of: feature, using: &generator), golden.p[feature])
        }
    }

    @Test func `without a prior it is statsmodels' logistic regression of turned pairs`() throws {
        let golden = try Goldens.load().pairedLogistic
        let fit = try PairedLogistic(
            differences: golden.differences, labels: golden.labels, priorDeviation: 100)
        for (feature, estimate) in fit.coefficients.enumerated() {
            expectClose(estimate.value, golden.logit[feature], relative: 1e-4)
            expectClose(
                estimate.standardError,
                max(golden.logitError[feature], golden.logitCurvature[feature]), relative: 1e-4)
        }
    }

    @Test func `turning every pair round turns the coefficients and keeps the p-values`() throws {
        let golden = try Goldens.load().pairedLogistic
        let fit = try PairedLogistic(differences: golden.differences, labels: golden.labels)
        let turned = try PairedLogistic(
            differences: golden.differences.map { $0.map { -$0 } }, labels: golden.labels)
        var (one, other) = (SeededGenerator(seed: 1), SeededGenerator(seed: 2))
        for feature in golden.differences.indices {
            expectClose(
                turned.coefficients[feature].value, -fit.coefficients[feature].value,
                relative: 1e-6)
            expectClose(
                try fit.pValue(of: feature, using: &one),
                try turned.pValue(of: feature, using: &other))
        }
    }

    @Test func `what decides every pair stays finite and is not called certain`() throws {
        let fit = try PairedLogistic(differences: [[1, 1, 1, 1, 1]], labels: [0, 1, 2, 3, 4])
        var generator = SeededGenerator(seed: 1)
        // Of 32 assignments of signs, two are as one-sided.
        expectClose(try fit.pValue(of: 0, using: &generator), 2.0 / 32)
        #expect(fit.coefficients[0].value > 1 && fit.coefficients[0].value < 10)
        #expect(fit.coefficients[0].interval.lowerBound < 0)
    }

    @Test func `ties say nothing`() throws {
        let fit = try PairedLogistic(
            differences: [[1, -2, 3]], probabilities: [0.5, 0.5, 0.5], labels: [0, 1, 2])
        var generator = SeededGenerator(seed: 1)
        #expect(fit.coefficients[0].value == 0)
        #expect(try fit.pValue(of: 0, using: &generator) == 1)
    }

    @Test func `a null feature beside one that matters is rejected as often as the level says`()
        throws
    {
        // The second feature leans on the first and does nothing of its own.
        var generator = SeededGenerator(seed: 5)
        var alarms = 0
        let rounds = 200
        for _ in 0..<rounds {
            var columns: [[Double]] = [[], []]
            for _ in 0..<60 {
                let x = Double.random(in: -1...1, using: &generator)
                let z = x + Double.random(in: -1...1, using: &generator)
                let wins = Double.random(in: 0...1, using: &generator) < 1 / (1 + exp(-2 * x))
                columns[0].append(wins ? x : -x)
                columns[1].append(wins ? z : -z)
            }
            let fit = try PairedLogistic(differences: columns, labels: Array(0..<60))
            if try fit.pValue(of: 1, resamples: 400, using: &generator) < 0.05 { alarms += 1 }
        }
        // Ten are expected; 21 or more have a probability of 0.1 %.
        #expect(alarms < 21)
        #expect(alarms > 0)
    }

    @Test func `bad input is refused by name`() {
        #expect(throws: StatisticsError.empty(what: "features")) {
            try PairedLogistic(differences: [], labels: [1])
        }
        #expect(throws: StatisticsError.tooFewClusters(count: 1)) {
            try PairedLogistic(differences: [[1, 0, 2]], labels: [1, 2, 1])
        }
        #expect(throws: StatisticsError.notFinite(what: "difference of feature 0", index: 1)) {
            try PairedLogistic(differences: [[1, .nan]], labels: [1, 2])
        }
        #expect(
            throws: StatisticsError.outOfRange(
                name: "probability", value: 2, expected: "from 0 to 1")
        ) {
            try PairedLogistic(differences: [[1, 1]], probabilities: [1, 2], labels: [1, 2])
        }
    }
}
