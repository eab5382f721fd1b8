import KeelLab
import KeelStatistics
import Testing

/// Rows of a domain that nothing was found on.
@Suite struct LabScreeningTests {
    /// Rows whose wrong answers lie `effect` along the first of eight axes, in noise.
    private func table(effect: Float, reversedEffect: Float) -> FeatureTable {
        var random = SeededGenerator(seed: 5)
        var rows: [RowFeatures] = []
        for domain in LabData.domains {
            for split in Split.allCases {
                for number in 0..<40 {
                    let stance: Stance = number % 4 == 0 ? .reversed : .usual
                    for wrongness in [nil, Wrongness.plain] {
                        var values = (0..<8).map { _ in Float.random(in: -1...1, using: &random) }
                        if wrongness != nil {
                            values[0] += stance == .usual ? effect : reversedEffect
                        }
                        rows.append(
                            RowFeatures(
                                domain: domain, split: split, stance: stance, wrongness: wrongness,
                                differences: [values],
                                surprise: Double.random(in: 0...1, using: &random)))
                    }
                }
            }
        }
        return FeatureTable(layers: [3], medianLengths: [2], rows: rows)
    }

    @Test func `planted rows are found in every domain, and counted`() throws {
        let screening = try Screening(table(effect: 3, reversedEffect: 3), seed: 1)
        #expect(screening.domains.map(\.domain) == LabData.domains)
        for domain in screening.domains {
            #expect(domain.auroc > 0.95)
            #expect(domain.own.error < 0.1 && domain.mixed.error < 0.05)
            #expect(domain.found > 0.8 && domain.falseAlarms < 0.25)
            #expect(domain.layer == 3)
            // Of 120 right rows of the domain, 114 and six wrong ones; of all domains, 304 and 16.
            #expect(domain.own.share == 0.05 && domain.own.rows == 120)
            #expect(domain.mixed.share == 0.05 && domain.mixed.rows == 320)
        }
        // Where all domains are parted wholly, nothing tells how far others would lie from them.
        let areAlike = screening.domains.allSatisfy { $0.auroc == 1 }
        #expect(screening.auroc.map { $0.low > 0.95 } ?? areAlike)
    }

    @Test func `of nothing, nothing is found`() throws {
        let screening = try Screening(table(effect: 0, reversedEffect: 0), seed: 1)
        // 8 domains of 120 rows against 120: the mean's standard deviation is 0.013.
        for interval in [screening.auroc, screening.surprise] {
            let overall = try #require(interval)
            #expect(abs(overall.value - 0.5) < 0.08)
        }
    }

    @Test func `what only tells stance is seen to tell only stance`() throws {
        // Usual wrong rows lie one way, reversed ones the other: the direction of either is the other's
        // opposite, and both count alike.
        let screening = try Screening(table(effect: 3, reversedEffect: -3), seed: 1)
        for domain in screening.domains {
            let usual = try #require(domain.usual)
            let reversed = try #require(domain.reversed)
            #expect(min(usual, reversed) < 0.6)
        }
    }

    @Test func `a direction hidden under what varies anyway is found by whitening`() throws {
        // The first two axes share a variation ten times what is planted: only their difference tells.
        var loud = table(effect: 3, reversedEffect: 3)
        for index in loud.rows.indices {
            let values = loud.rows[index].differences[0]
            let shared = 30 * values[2]
            loud.rows[index].differences[0] = [values[0] + shared, shared] + values.dropFirst(2)
        }
        let screening = try Screening(loud, seed: 1)
        #expect(screening.domains.allSatisfy { $0.score == "whitened" && $0.auroc > 0.9 })
        let projection = try #require(screening.projection)
        #expect(screening.domains.allSatisfy { $0.auroc > projection.value + 0.1 })
    }

    @Test func `a table without rows to learn from is refused`() {
        let table = FeatureTable(
            layers: [1], medianLengths: [1],
            rows: [
                RowFeatures(
                    domain: "car", split: .test, stance: .usual, wrongness: nil,
                    differences: [[1, 0]])
            ])
        #expect(throws: LabError.self) { try Screening(table, seed: 0) }
    }
}
