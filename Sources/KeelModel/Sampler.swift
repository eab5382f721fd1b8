internal import Foundation
package import KeelLanguage

/// Draws one token from a distribution, from a stream of numbers of its own.
///
/// The stream depends on the seed, the sample's number and the prompt's tokens alone, and every token
/// takes exactly one number of it: the same seed gives the same text whatever else is in the batch, as
/// long as no drawn number falls into the float noise (about 1e-6) between batches of different sizes.
/// Samples of different prompts draw different numbers, so their luck is not shared.
package struct Sampler {
    private let options: SamplingOptions
    private var state: UInt64

    /// - Parameters:
    ///   - options: How a token is drawn, and the seed.
    ///   - prompt: All tokens of the prompt, those remembered from earlier turns included.
    ///   - sample: The sample's number.
    package init(_ options: SamplingOptions, prompt: [Int], sample: Int) {
        self.options = options
        // A round after each keeps the streams of neighbouring seeds, samples and prompts apart.
        var mixer = options.seed
        mixer = Self.next(&mixer) &+ UInt64(truncatingIfNeeded: sample)
        mixer = Self.next(&mixer) &+ Self.hash(prompt)
        state = Self.next(&mixer)
    }

    /// The token drawn from `probabilities` (after temperature; they need not add to 1).
    package mutating func draw(_ probabilities: UnsafeBufferPointer<Float>) -> Int {
        let uniform = Double(Self.next(&state) >> 11) * 0x1p-53
        if options.temperature == 0 { return largest(probabilities) }
        if options.topK == nil, options.topP == 1, options.minP == 0 {
            return pick(uniform, probabilities)
        }
        let kept = candidates(probabilities)
        // What is no distribution keeps nothing; it must not end the program.
        guard !kept.isEmpty else { return largest(probabilities) }
        return kept[kept.map { probabilities[$0] }.withUnsafeBufferPointer { pick(uniform, $0) }]
    }

    /// Tokens that top-k, then top-p, then min-p keep, the most probable first.
    private func candidates(_ probabilities: UnsafeBufferPointer<Float>) -> [Int] {
        let most = Double(probabilities[largest(probabilities)])
        var kept: [Int]
        // What top-p adds up to: all tokens, or those that top-k has left.
        var mass = probabilities.reduce(0) { $0 + Double($1) }
        if let k = options.topK {
            kept = best(k, of: probabilities, most)
            mass = kept.reduce(0) { $0 + Double(probabilities[$1]) }
        } else {
            // Tokens less probable than (1 - p) / V hold less than 1 - p together, so none of them is
            // in the nucleus; leaving them out first makes the sort short.
            let floor = max(
                most * options.minP, mass * (1 - options.topP) / Double(probabilities.count))
            kept = sorted(probabilities, from: floor)
        }
        var sum = 0.0
        let nucleusEnd = kept.firstIndex { token in
            sum += Double(probabilities[token])
            return sum >= options.topP * mass
        }
        return kept.prefix(nucleusEnd.map { $0 + 1 } ?? kept.count)
            .filter { Double(probabilities[$0]) >= most * options.minP }
    }

    /// The `k` most probable tokens, found by lowering a floor until enough stand on it.
    private func best(
        _ k: Int, of probabilities: UnsafeBufferPointer<Float>, _ most: Double
    ) -> [Int] {
        for exponent in stride(from: -3.0, through: -12, by: -3) {
            let kept = sorted(probabilities, from: most * pow(10, exponent))
            if kept.count >= k { return Array(kept.prefix(k)) }
        }
        return Array(sorted(probabilities, from: 0).prefix(k))
    }

    /// Tokens at least as probable as `floor` and not impossible, the most probable first.
    private func sorted(_ probabilities: UnsafeBufferPointer<Float>, from floor: Double) -> [Int] {
        // Rounding must not lift the floor above a token that stands exactly on it.
        let floor = Float(floor).nextDown
        return probabilities.indices.filter { probabilities[$0] >= floor && probabilities[$0] > 0 }
            .sorted {
                probabilities[$0] != probabilities[$1]
                    ? probabilities[$0] > probabilities[$1] : $0 < $1
            }
    }

    private func largest(_ values: UnsafeBufferPointer<Float>) -> Int {
        var best = 0
        for index in values.indices where values[index] > values[best] { best = index }
        return best
    }

    /// The first index at which the running sum of weights passes `uniform` of the whole.
    ///
    /// Blocks are added up first, so that only one of them is walked element by element.
    private func pick(_ uniform: Double, _ weights: UnsafeBufferPointer<Float>) -> Int {
        let blocks = stride(from: 0, to: weights.count, by: Self.blockSize).map { start in
            let block = start..<min(start + Self.blockSize, weights.count)
            return (block: block, sum: Self.sum(weights[block]))
        }
        var left = uniform * blocks.reduce(0) { $0 + $1.sum }
        for (block, sum) in blocks where sum > 0 {
            if left >= sum {
                left -= sum
                continue
            }
            for index in block where weights[index] > 0 {
                left -= Double(weights[index])
                if left < 0 { return index }
            }
        }
        // Rounding has used up the sum before the last token that has any weight.
        return weights.lastIndex { $0 > 0 } ?? 0
    }

    private static let blockSize = 1024

    /// Sixteen running sums, which the processor adds at once.
    private static func sum(_ weights: Slice<UnsafeBufferPointer<Float>>) -> Double {
        var sums = SIMD16<Float>()
        var index = weights.startIndex
        while index + 16 <= weights.endIndex {
            sums += UnsafeRawPointer(weights.base.baseAddress.unsafelyUnwrapped + index)
                .loadUnaligned(as: SIMD16<Float>.self)
            index += 16
        }
        return weights[index...].reduce(Double(sums.sum())) { $0 + Double($1) }
    }

    /// FNV-1a (Fowler, Noll and Vo) over token ids, each taken as one word of 64 bits; unlike `Hasher`,
    /// the same in every process and on every machine.
    private static func hash(_ tokens: [Int]) -> UInt64 {
        tokens.reduce(0xCBF2_9CE4_8422_2325) { hash, token in
            (hash ^ UInt64(truncatingIfNeeded: token)) &* 0x100_0000_01B3
        }
    }

    /// SplitMix64 (Steele 2014).
    private static func next(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
