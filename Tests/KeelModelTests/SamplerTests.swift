import KeelLanguage
import KeelModel
import Testing

@Suite struct SamplerTests {
    private func draws(_ probabilities: [Float], _ options: SamplingOptions, count: Int) -> [Int:
        Int]
    {
        var counts: [Int: Int] = [:]
        for sample in 0..<count {
            var sampler = Sampler(options, prompt: [1], sample: sample)
            counts[probabilities.withUnsafeBufferPointer { sampler.draw($0) }, default: 0] += 1
        }
        return counts
    }

    @Test func `tokens are drawn as often as they are probable`() {
        let probabilities: [Float] = [0.5, 0.3, 0, 0.15, 0.05]
        let counts = draws(probabilities, SamplingOptions(seed: 3), count: 20_000)
        #expect(counts[2] == nil)
        // Chi-square with 3 degrees of freedom; 16.27 is passed by chance once in a thousand seeds.
        let chiSquare = probabilities.enumerated().filter { $0.element > 0 }.reduce(0.0) {
            sum, entry in
            let expected = Double(entry.element) * 20_000
            let difference = Double(counts[entry.offset] ?? 0) - expected
            return sum + difference * difference / expected
        }
        #expect(chiSquare < 16.27)
    }

    @Test(arguments: [
        (SamplingOptions(temperature: 0), [3]), (SamplingOptions(topK: 2), [3, 1]),
        (SamplingOptions(topK: 1), [3]),
        (SamplingOptions(topP: 0.45), [3, 1]), (SamplingOptions(topP: 0.39), [3]),
        (SamplingOptions(minP: 0.5), [3, 1, 0]),
        (SamplingOptions(minP: 0.51), [3, 1]), (SamplingOptions(minP: 1), [3]),
        (SamplingOptions(topK: 3, topP: 0.7), [3, 1]), (SamplingOptions(topP: 0.99), [3, 1, 0, 2]),
    ]) func `filters keep exactly the tokens they are defined to keep`(
        options: SamplingOptions, kept: [Int]
    ) {
        let counts = draws([0.2, 0.3, 0.1, 0.4], options, count: 500)
        #expect(Set(counts.keys) == Set(kept))
    }

    @Test func `a wide vocabulary changes nothing about the nucleus`() {
        // Thousands of improbable tokens, which the shortcut of the nucleus leaves out first.
        var probabilities = [Float](repeating: 0.1 / 10_000, count: 10_000)
        probabilities[77] = 0.5
        probabilities[4_000] = 0.4
        let counts = draws(probabilities, SamplingOptions(topP: 0.9), count: 300)
        #expect(Set(counts.keys) == [77, 4_000])
    }

    @Test func `streams of neighbouring seeds, samples and prompts have nothing in common`() {
        let uniform = [Float](repeating: 1 / 1000, count: 1000)
        func stream(_ seed: UInt64, _ prompt: [Int], _ sample: Int) -> [Int] {
            var sampler = Sampler(SamplingOptions(seed: seed), prompt: prompt, sample: sample)
            return (0..<50).map { _ in uniform.withUnsafeBufferPointer { sampler.draw($0) } }
        }
        #expect(stream(1, [5, 6], 2) == stream(1, [5, 6], 2))
        let prompts = [[5, 6], [6, 5], [5, 7], [5, 6, 0], [5]]
        var streams = [(0, 1), (1, 0), (1, 1), (2, 0)].map { stream($0, prompts[0], $1) }
        streams += prompts.map { stream(0, $0, 0) }
        for (index, first) in streams.enumerated() {
            for second in streams[(index + 1)...] {
                #expect(zip(first, second).filter { $0 == $1 }.count < 5)
            }
        }
    }
}
