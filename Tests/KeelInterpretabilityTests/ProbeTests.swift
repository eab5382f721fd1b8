import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

@Suite struct ProbeTests {
    /// Points that a plane parts, but for their numbers in all other places.
    private func streams(_ count: Int) throws -> (streams: [[Float]], labels: [Bool]) {
        let noise: [Float] = try Tensor.normal(
            [count * 4], generator: RandomGenerator(seed: 3)
        ).array()
        let labels = (0..<count).map { $0.isMultiple(of: 3) }
        let streams = labels.indices.map { row in
            var stream = Array(noise[row * 4..<row * 4 + 4])
            stream[2] += labels[row] ? 5 : -5
            // A place that is always the same has no weight.
            return stream + [7]
        }
        return (streams, labels)
    }

    @Test func `a plane that parts two kinds is found, and what is constant has no weight`() throws
    {
        let (streams, labels) = try self.streams(90)
        let probe = try ActivationProbe(streams, labels: labels, layer: 1, penalty: 1)
        for (stream, label) in zip(streams, labels) {
            #expect((probe.logit(of: stream) > 0) == label)
        }
        #expect(probe.weights[4] == 0)
        let copy = try JSONDecoder().decode(
            ActivationProbe.self, from: JSONEncoder().encode(probe))
        #expect(copy == probe)
    }

    @Test func `one kind alone, other widths and numbers that are none are refused`() throws {
        let (streams, labels) = try self.streams(9)
        var odd = streams
        odd[0].removeLast()
        var wild = streams
        wild[0][0] = .nan
        let cases: [(rows: [[Float]], marks: [Bool])] = [
            ([], []), (streams, labels.map { _ in true }), (odd, labels), (wild, labels),
            (streams, Array(labels.dropLast())),
        ]
        for (rows, marks) in cases {
            #expect(throws: InterpretabilityError.self) {
                try ActivationProbe(rows, labels: marks, layer: 0)
            }
        }
    }

    @Test func `the pass that writes an answer reads the probe`() async throws {
        let prompts = ["the keel", "holds a ship", "n1", "yes, aye", "so it goes", "and on"]
        let language = try Golden.tiny()
        let tokens = try prompts.map { try language.encode(.text($0)) }
        let streams = try ActivationProbe.streams(language, prompts: tokens, layer: 1)
        let probe = try ActivationProbe(
            streams, labels: prompts.indices.map { $0.isMultiple(of: 2) }, layer: 1)
        try probe.validate(for: language)
        let chat = try await LocalChatModel(ModelReference(base: TinyModel.path))
        var read = 0
        for (prompt, stream) in zip(prompts, streams) {
            let answers = try await chat.complete(
                .text(prompt), samples: 0..<1, options: SamplingOptions(maxTokens: 4),
                steering: [], readings: [probe.reading])
            guard let first = answers.first?.readings?.first?.values.first else { continue }
            #expect(abs(probe.logit(ofReading: first) - probe.logit(of: stream)) < 1e-2)
            read += 1
        }
        #expect(read > 0)
        var other = probe
        other.layer = 2
        #expect(throws: InterpretabilityError.self) { try other.validate(for: language) }
        #expect(throws: ModelError.self) {
            try ActivationProbe.streams(language, prompts: tokens, layer: 2)
        }
    }
}
