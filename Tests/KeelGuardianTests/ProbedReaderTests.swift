import KeelGuardian
import KeelLanguage
import KeelStatistics
import Testing

@Suite struct ProbedReaderTests {
    private let reader: RiskReader
    private let probed: ProbedReader

    /// A probe that knows danger, beside a reader that has heard nothing.
    init() throws {
        reader = try .shipped()
        let quiet = RiskReading(level: .none, probability: 0.1)
        let rows = (0..<60).map { number in
            let isDanger = number.isMultiple(of: 2)
            return ProbeCalibration.Row(
                logit: (isDanger ? 3 : -3) + Double(number % 7) / 7, reading: quiet,
                label: isDanger ? .high : .none)
        }
        let calibration = try ProbeCalibration(rows, .english)
        probed = ProbedReader(reader, calibrations: [.english: calibration])
    }

    private func read(_ texts: [String], _ logits: [Double]) -> [RiskReading] {
        probed.readings(of: texts.map { .user($0) }, logits: logits).map(\.reading)
    }

    @Test func `what the probe hears raises the level, with the message as evidence`() throws {
        let readings = read(["Nice weather.", "It is what it is.", "Bye"], [-3, 4, -3])
        #expect(readings.map(\.level) == [.none, .high, .high])
        let evidence = try #require(readings[1].new.first { $0.rule == "probe" })
        #expect(evidence.spans.map(\.text) == ["It is what it is."])
        #expect(readings[2].evidence.contains(evidence) && !readings[2].new.contains(evidence))
    }

    @Test func `a quiet probe takes nothing from what rules read`() {
        let said = ["I want to die"]
        let plain = reader.readings(of: said.map { .user($0) }).map(\.reading)
        #expect(read(said, [-9]).map(\.level) == plain.map(\.level))
        #expect(read(said, [-9]).map(\.evidence) == plain.map(\.evidence))
    }

    @Test func `neither level nor probability falls, whatever the probe says next`() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<60 {
            let conversation = Sentences.conversation(&generator)
            let logits = (0..<6).map { _ in Double.random(in: -8...8, using: &generator) }
            let readings = probed.readings(of: conversation, logits: logits).map(\.reading)
            for (one, next) in zip(readings, readings.dropFirst()) {
                #expect(next.level >= one.level)
                #expect((next.probability ?? 0) >= (one.probability ?? 1))
            }
        }
    }

    @Test func `numbers that are missing or none change nothing`() {
        let said = ["Nice weather.", "Bye"]
        let plain = reader.readings(of: said.map { .user($0) }).map(\.reading)
        #expect(read(said, []) == plain)
        #expect(read(said, [.nan, .infinity]) == plain)
    }

    @Test func `a calibration needs danger and look-alikes`() {
        let row = ProbeCalibration.Row(
            logit: 0, reading: RiskReading(level: .none), label: .high)
        #expect(throws: GuardianError.self) { try ProbeCalibration([row], .english) }
        #expect(throws: GuardianError.self) { try ProbeCalibration([], .chinese) }
    }
}
