import Foundation
import KeelStatistics

/// A source of simulated answers with a known truth.
struct SimulatedAnswers {
    static let samples = 5
    var generator: SeededGenerator
    /// The correlation of two answers to one probe, where nothing else is said.
    private let correlation = 0.3

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// Yes/no answers to probes whose rates average `rate`.
    mutating func sample(probes: Int, rate: Double) throws -> ClusteredSample {
        try ClusteredSample((0..<probes).map { _ in answers(rate: probeRate(rate)) })
    }

    /// Two runs of one model over the same probes.
    mutating func pairs(probes: Int, rate: Double) throws -> PairedSample {
        let rates = (0..<probes).map { _ in probeRate(rate) }
        return try PairedSample(
            baseline: ClusteredSample(rates.map { answers(rate: $0) }),
            candidate: ClusteredSample(rates.map { answers(rate: $0) }))
    }

    /// One fixed answer to each probe, half of them yes; the candidate turns some no into yes.
    mutating func oneWay(probes: Int, gained: Double) throws -> PairedSample {
        var arms: [(before: Bool, after: Bool)] = []
        for _ in 0..<probes {
            let before = Bool.random(using: &generator)
            let turned = Double.random(in: 0..<1, using: &generator) < gained
            arms.append((before, before || turned))
        }
        return try PairedSample(
            baseline: ClusteredSample(arms.map { [$0.before ? 1 : 0] }),
            candidate: ClusteredSample(arms.map { [$0.after ? 1 : 0] }))
    }

    /// The same answers as scores from 0 to 1, yes above no.
    mutating func graded(_ pairs: PairedSample) throws -> PairedSample {
        func scores(_ sample: ClusteredSample) throws -> ClusteredSample {
            try ClusteredSample(
                sample.clusters.map { cluster in
                    cluster.map { ($0 + Double.random(in: 0..<1, using: &generator)) / 2 }
                })
        }
        return try PairedSample(
            baseline: scores(pairs.baseline), candidate: scores(pairs.candidate))
    }

    /// A Poisson variable: how many exponential gaps fit into the mean.
    mutating func poisson(_ mean: Double) -> Double {
        var hits = -1.0
        var passed = 0.0
        while passed <= mean {
            passed -= log(1 - Double.random(in: 0..<1, using: &generator))
            hits += 1
        }
        return hits
    }

    /// What a judge says that is right about 85 % of the yes and 92 % of the no.
    mutating func verdict(of truth: Bool) -> Bool {
        let isRight = Double.random(in: 0..<1, using: &generator) < (truth ? 0.85 : 0.92)
        return isRight ? truth : !truth
    }

    mutating func answers(rate: Double) -> [Double] {
        (0..<Self.samples).map { _ in
            Double.random(in: 0..<1, using: &generator) < rate ? 1 : 0
        }
    }

    /// Beta with mean `rate` and a spread that gives the correlation.
    private mutating func probeRate(_ rate: Double) -> Double {
        rateDrawn(around: rate, correlation: correlation)
    }

    /// Beta with this mean and correlation of two answers of the same rate.
    mutating func rateDrawn(around rate: Double, correlation: Double) -> Double {
        guard correlation > 0 else { return rate }
        let total = 1 / correlation - 1
        let yes = gamma(total * rate)
        let no = gamma(total * (1 - rate))
        return yes + no > 0 ? yes / (yes + no) : 0
    }

    /// A gamma variable of this shape and scale 1 (Marsaglia and Tsang 2000).
    mutating func gamma(_ shape: Double) -> Double {
        if shape < 1 {
            return gamma(shape + 1) * pow(Double.random(in: 0..<1, using: &generator), 1 / shape)
        }
        let d = shape - 1.0 / 3
        while true {
            let normal = normal()
            let v = pow(1 + normal / (9 * d).squareRoot(), 3)
            let u = Double.random(in: 0..<1, using: &generator)
            if v > 0, log(1 - u) < normal * normal / 2 + d - d * v + d * log(v) { return d * v }
        }
    }

    /// A normal variable (Box and Muller 1958).
    mutating func normal() -> Double {
        let angle = 2 * Double.pi * Double.random(in: 0..<1, using: &generator)
        let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
        return radius * cos(angle)
    }
}
