public import KeelLanguage

/// Reads danger by rules, by the trained reader, and by a probe on the model that answers.
///
/// The probe's numbers come from whoever runs the model; nothing of a model is known here. A probe can raise
/// what the others read and never lowers it.
public struct ProbedReader: Sendable {
    private let reader: RiskReader
    private let calibrations: [Wording.Language: ProbeCalibration]

    /// - Parameters:
    ///   - reader: Rules and trained reader.
    ///   - calibrations: A language without one is read without the probe.
    public init(_ reader: RiskReader, calibrations: [Wording.Language: ProbeCalibration]) {
        self.reader = reader
        self.calibrations = calibrations
    }

    /// The reading after each message of the person.
    /// - Parameters:
    ///   - messages: The conversation.
    ///   - logits: The probe's log-odds after each message of the person, in order; where they are fewer, the
    ///     rest is read with the loudest so far.
    /// - Returns: As `RiskReader.readings(of:)`, with the probability of all together.
    public func readings(
        of messages: [Message], logits: [Double]
    ) -> [(message: Int, reading: RiskReading)] {
        var loudest: Double?
        // What was said of danger before is not unsaid in another language, with other numbers.
        var highest: Double?
        var heard: RiskReading.Evidence?
        var words = ""
        return reader.readings(of: messages).enumerated().map { place, base in
            let (number, plain) = base
            var reading = plain
            words += messages[number].content
            if logits.indices.contains(place), logits[place].isFinite {
                loudest = max(loudest ?? logits[place], logits[place])
            }
            if let most = loudest, let calibration = calibrations[Wording.Language(of: words)] {
                let probability = calibration.probability(logit: most, reading: plain)
                reading.probability = probability
                if heard == nil, probability >= calibration.threshold, reading.level < .high {
                    let evidence = Self.evidence(messages[number].content, number)
                    heard = evidence
                    reading.new.append(evidence)
                }
            }
            highest = [highest, reading.probability].compactMap(\.self).max()
            reading.probability = highest
            if let heard {
                reading.evidence.append(heard)
                reading.level = max(reading.level, .high)
            }
            return (number, reading)
        }
    }

    /// A probe hears a whole message, and no words of it.
    private static func evidence(_ content: String, _ number: Int) -> RiskReading.Evidence {
        let span = RiskReading.Span(
            message: number, start: 0, end: content.unicodeScalars.count, text: content)
        return RiskReading.Evidence(rule: "probe", kind: .active, spans: [span])
    }
}
