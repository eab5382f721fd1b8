/// What a trained reader hears of a conversation, as it grows.
struct ReaderEar {
    /// Sentences that were heard.
    struct Heard {
        var window: TextWindow
        /// Which of the streams the window's tokens are of.
        var stream: Int
        var language: Wording.Language
        var score: Double
    }

    /// What has been heard up to a message.
    struct Verdict {
        /// Of high or imminent danger.
        var probability = 0.0
        /// Sentences that the message completed and that are danger by themselves, the shortest of those
        /// that overlap; where it is danger only together with what rules read, the loudest so far.
        var danger: [Heard] = []
    }

    private static let mostPerMessage = 32

    /// The words as they were sent; and runs of them in which words that a message may have cut are joined.
    let streams: [TokenStream]
    private let calibrations: [Wording.Language: RiskCalibration]
    private var rest: ArraySlice<Heard> = []
    private var loudest: [Wording.Language: Heard] = [:]

    init(_ reader: TrainedReader, _ stream: TokenStream) {
        calibrations = reader.calibrations
        let windows = TextWindow.all(in: stream)
        let joined = stream.joiningCutWords(in: windows)
        streams = [stream, joined.stream]
        let heard = zip(streams, [windows, joined.windows]).enumerated().flatMap {
            number, part -> [Heard] in
            let (stream, windows) = part
            return zip(windows, reader.words.scores(of: windows, in: stream)).map { window, score in
                let isLatin = stream.tokens[window.tokens].allSatisfy { Folding.isLatin($0.text) }
                return Heard(
                    window: window, stream: number, language: isLatin ? .english : .chinese,
                    score: score)
            }
        }
        rest =
            heard.sorted {
                ($0.window.message, $0.window.tokens.count) < (
                    $1.window.message, $1.window.tokens.count
                )
            }[...]
    }

    /// Hears all up to a message.
    /// - Parameters:
    ///   - message: Its number.
    ///   - level: What rules have read up to it.
    /// - Returns: What the person's words up to then come to.
    mutating func hear(upTo message: Int, level: RiskLevel) -> Verdict {
        var verdict = Verdict()
        while let next = rest.first, next.window.message <= message {
            rest.removeFirst()
            if loudest[next.language].map({ next.score > $0.score }) ?? true {
                loudest[next.language] = next
            }
            // A message that repeats itself a thousand times says no more than its first lines.
            guard verdict.danger.count < Self.mostPerMessage, isDanger(next, at: .none),
                !verdict.danger.contains(where: { $0.isPart(of: next) })
            else { continue }
            verdict.danger.append(next)
        }
        let louder = Wording.Language.allCases.compactMap { loudest[$0] }.sorted {
            probability($0, at: level) > probability($1, at: level)
        }
        guard let most = louder.first else { return verdict }
        verdict.probability = probability(most, at: level)
        if verdict.danger.isEmpty, let danger = louder.first(where: { isDanger($0, at: level) }) {
            verdict.danger = [danger]
        }
        return verdict
    }

    private func probability(_ heard: Heard, at level: RiskLevel) -> Double {
        calibrations[heard.language]?.probability(words: heard.score, level: level) ?? 0
    }

    private func isDanger(_ heard: Heard, at level: RiskLevel) -> Bool {
        calibrations[heard.language].map { probability(heard, at: level) >= $0.threshold } ?? false
    }
}

extension ReaderEar.Heard {
    fileprivate func isPart(of other: Self) -> Bool {
        stream == other.stream && other.window.tokens.contains(window.tokens)
    }
}
