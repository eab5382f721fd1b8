import KeelStatistics
import Testing

@Suite struct CrossedContrastTests {
    private typealias Difference = CrossedContrast.Difference

    /// Differences of clusters by repetitions, with an effect, spread between clusters and between seeds.
    private func draw(
        _ effect: Double, clusters: Int = 12, repetitions: Int = 3, between: Double = 0.1,
        seeds: Double = 0.1, using random: inout SeededGenerator
    ) -> [Difference] {
        let ofSeeds = (0..<repetitions).map { _ in Double.random(in: -1...1, using: &random) }
        return (0..<clusters).flatMap { cluster -> [Difference] in
            let own = Double.random(in: -1...1, using: &random)
            return (0..<repetitions).flatMap { repetition in
                (0..<2).map { _ in
                    Difference(
                        cluster: "\(cluster)", repetition: "\(repetition)", stratum: "all",
                        value: effect + between * own + seeds * ofSeeds[repetition]
                            + 0.2 * Double.random(in: -1...1, using: &random))
                }
            }
        }
    }

    @Test func `with one repetition it is the clustered mean`() throws {
        var random = SeededGenerator(seed: 1)
        let differences = draw(0.3, repetitions: 1, using: &random)
        let found = try CrossedContrast(differences, weights: ["all": 1])
        let wanted = try ClusteredSample(
            differences.map(\.value), labels: differences.map(\.cluster)
        ).mean()
        #expect(abs(found.estimate.value - wanted.value) < 1e-12)
        #expect(abs(found.estimate.standardError - wanted.standardError) < 1e-12)
        #expect(abs(found.estimate.interval.lowerBound - wanted.interval.lowerBound) < 1e-9)
        #expect(found.repetitions == 1)
    }

    @Test func `half the sum of two strata is half the sum of their means`() throws {
        var random = SeededGenerator(seed: 2)
        var differences = draw(1, using: &random)
        for var other in draw(3, clusters: 5, using: &random) {
            other.stratum = "other"
            differences.append(other)
        }
        func mean(_ name: String) -> Double {
            let own = differences.filter { $0.stratum == name }.map(\.value)
            return own.reduce(0, +) / Double(own.count)
        }
        let found = try CrossedContrast(differences, weights: ["all": 0.5, "other": 0.5])
        #expect(abs(found.estimate.value - (mean("all") + mean("other")) / 2) < 1e-12)
    }

    @Test func `order does not matter, and scaling scales`() throws {
        var random = SeededGenerator(seed: 3)
        let differences = draw(0.2, using: &random)
        let found = try CrossedContrast(differences, weights: ["all": 1])
        let mixed = try CrossedContrast(differences.reversed(), weights: ["all": 1])
        #expect(abs(found.estimate.standardError - mixed.estimate.standardError) < 1e-12)
        let twice = try CrossedContrast(
            differences.map {
                Difference(
                    cluster: $0.cluster, repetition: $0.repetition, stratum: $0.stratum,
                    value: 2 * $0.value)
            }, weights: ["all": 1])
        #expect(abs(twice.estimate.standardError - 2 * found.estimate.standardError) < 1e-12)
        #expect(abs(twice.pValue - found.pValue) < 1e-9)
    }

    @Test func `a planted effect is found, and none is found where there is none`() throws {
        var random = SeededGenerator(seed: 4)
        var (found, alarms) = (0, 0)
        for _ in 0..<400 {
            let planted = try CrossedContrast(draw(0.5, using: &random), weights: ["all": 1])
            if planted.pValue < 0.05 { found += 1 }
            let none = try CrossedContrast(draw(0, using: &random), weights: ["all": 1])
            if none.pValue < 0.05 { alarms += 1 }
            #expect(none.estimate.interval.contains(0) == (none.pValue >= 0.05))
        }
        #expect(found > 300)
        // It covers 93 % where seeds differ most: 28 of 400, and three standard errors are 15.
        #expect(alarms <= 43)
    }

    @Test func `what cannot be estimated is refused`() {
        let one = Difference(cluster: "a", repetition: "0", stratum: "all", value: 1)
        #expect(throws: StatisticsError.tooFewClusters(count: 1)) {
            try CrossedContrast([one, one], weights: ["all": 1])
        }
        #expect(throws: StatisticsError.self) { try CrossedContrast([one], weights: ["b": 1]) }
        #expect(throws: StatisticsError.self) {
            try CrossedContrast(
                ["a", "b"].map {
                    Difference(cluster: $0, repetition: "0", stratum: "all", value: 1)
                }, weights: ["all": 1])
        }
        #expect(throws: StatisticsError.self) {
            try CrossedContrast(
                ["a", "b"].map {
                    Difference(cluster: $0, repetition: "0", stratum: "all", value: .nan)
                }, weights: ["all": 1])
        }
    }
}
