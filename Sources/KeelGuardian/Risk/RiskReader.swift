public import KeelLanguage

/// Reads danger from the whole of what a person has said, by rules and by a trained reader beside them.
///
/// Laws, which the tests hold it to: a further message never lowers the level or the probability; a message
/// sent in two pieces is read at least as high as in one; words around a sentence, such as a story's, take
/// nothing from it. The trained reader can raise what rules read and never lowers it.
public struct RiskReader: Sendable {
    private let lexicon: RiskLexicon
    private let trained: TrainedReader?

    /// - Parameters:
    ///   - lexicon: The rules.
    ///   - trained: Without it, readings have no probability.
    public init(_ lexicon: RiskLexicon, trained: TrainedReader? = nil) {
        self.lexicon = lexicon
        self.trained = trained
    }

    /// The rules and the reader that ship with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> RiskReader {
        RiskReader(try .shipped(), trained: try .shipped())
    }

    /// The reading after each message of the person.
    /// - Parameter messages: The conversation; what others than the person say is no sign by itself.
    /// - Returns: For each of the person's messages, its number in the conversation and the reading of
    ///   all up to it.
    /// - Complexity: One pass over the words.
    public func readings(of messages: [Message]) -> [(message: Int, reading: RiskReading)] {
        let stream = TokenStream(messages)
        var rest = signs(in: messages, stream)[...]
        var ear = trained.map { ReaderEar($0, stream) }
        var memory = RiskMemory()
        // What it would be by rules alone, from which the probability starts.
        var byRules = RiskMemory()
        return messages.indices.filter { messages[$0].role == .user }.map { number in
            var new: [RiskReading.Evidence] = []
            func note(_ sign: FoundSign, in stream: TokenStream) {
                let isFirst = memory.note(sign)
                guard isFirst || !new.contains(where: { $0.rule == sign.rule }) else { return }
                let evidence = sign.evidence(in: stream, of: messages)
                new.append(evidence)
                if isFirst { memory.evidence.append(evidence) }
            }
            while let sign = rest.first, sign.message <= number {
                rest.removeFirst()
                _ = byRules.note(sign)
                note(sign, in: stream)
            }
            let verdict = ear?.hear(upTo: number, level: byRules.level)
            for heard in verdict?.danger ?? [] {
                guard let stream = ear?.streams[heard.stream] else { continue }
                note(
                    FoundSign(
                        rule: "reader", kind: .active, tokens: heard.window.tokens, in: stream),
                    in: stream)
            }
            return (
                number,
                RiskReading(
                    level: memory.level, probability: verdict?.probability,
                    evidence: memory.evidence, new: new)
            )
        }
    }

    /// The reading of a whole conversation; no sign where the person has said nothing.
    public func reading(of messages: [Message]) -> RiskReading {
        readings(of: messages).last?.reading ?? RiskReading(level: .none)
    }

    /// Signs in the order in which messages completed them; of a rule's matches that begin together
    /// and are completed together, the longest.
    private func signs(in messages: [Message], _ stream: TokenStream) -> [FoundSign] {
        var longest: [FoundSign.Start: FoundSign] = [:]
        for sign in unexcused(in: stream) + affirmed(in: messages, stream) {
            if let other = longest[sign.start], other.tokens.upperBound >= sign.tokens.upperBound {
                continue
            }
            longest[sign.start] = sign
        }
        return longest.values.sorted {
            ($0.message, $0.tokens.lowerBound, $0.rule)
                < ($1.message, $1.tokens.lowerBound, $1.rule)
        }
    }

    private func unexcused(in stream: TokenStream) -> [FoundSign] {
        // For each kind, the words that are spoken for.
        var excused: [SignKind: Set<Int>] = [:]
        for (kinds, tokens) in lexicon.excuses.matches(in: stream) {
            let inner = stream.tokens[tokens].dropFirst()
            guard !inner.contains(where: { $0.startsMessage || $0.followsMark }) else { continue }
            for kind in kinds { excused[kind, default: []].formUnion(tokens) }
        }
        return lexicon.signs.matches(in: stream).compactMap { sign, tokens in
            if let spoken = excused[sign.kind], tokens.contains(where: spoken.contains) {
                return nil
            }
            return FoundSign(rule: sign.rule, kind: sign.kind, tokens: tokens, in: stream)
        }
    }

    /// "Yes" to a plain question about suicide says what a whole sentence would.
    private func affirmed(in messages: [Message], _ stream: TokenStream) -> [FoundSign] {
        lexicon.affirmations.matches(in: stream).compactMap { _, tokens in
            let first = stream.tokens[tokens.lowerBound]
            guard first.startsMessage,
                let before = messages[..<first.message].last(where: { $0.role != .system }),
                before.role == .assistant,
                !lexicon.questions.matches(in: TokenStream(before.content)).isEmpty
            else { return nil }
            return FoundSign(rule: "affirmed", kind: .active, tokens: tokens, in: stream)
        }
    }
}

/// What has been read so far; it only grows.
private struct RiskMemory {
    private(set) var level = RiskLevel.none
    /// Of each rule, the first words that were read.
    var evidence: [RiskReading.Evidence] = []
    private var rules: Set<String> = []
    private var kinds: Set<SignKind> = []
    private var nearIntent = false
    /// Where the last time and the last intent ended, by letters.
    private var lastTime: Int?
    private var lastIntent: Int?
    /// How far a time may stand from what it is the time of, in letters; a Chinese one counts three.
    private static let reach = 160
    private static let intents: Set<SignKind> = [.active, .plan, .passive, .farewell]

    /// Takes in a sign.
    /// - Returns: Whether it is the first of its rule.
    mutating func note(_ sign: FoundSign) -> Bool {
        func isNear(_ end: Int?) -> Bool {
            end.map { sign.letters.lowerBound - $0 < Self.reach } ?? false
        }
        if sign.kind == .near {
            nearIntent = nearIntent || isNear(lastIntent)
            lastTime = max(lastTime ?? 0, sign.letters.upperBound)
        } else if Self.intents.contains(sign.kind) {
            nearIntent = nearIntent || isNear(lastTime)
            lastIntent = max(lastIntent ?? 0, sign.letters.upperBound)
        }
        kinds.insert(sign.kind)
        level = SignKind.level(of: kinds, nearIntent: nearIntent)
        return rules.insert(sign.rule).inserted
    }
}

/// A phrase that was found, before its words are cut out.
private struct FoundSign {
    struct Start: Hashable {
        var rule: String
        var token: Int
        var message: Int
    }

    var rule: String
    var kind: SignKind
    var tokens: Range<Int>
    /// The message that completed it.
    var message: Int
    /// Its place in the stream, by letters.
    var letters: Range<Int>

    init(rule: String, kind: SignKind, tokens: Range<Int>, in stream: TokenStream) {
        let last = stream.tokens[tokens.upperBound - 1]
        self.rule = rule
        self.kind = kind
        self.tokens = tokens
        message = last.message
        letters =
            stream.tokens[tokens.lowerBound].offset..<last.offset + TokenStream.reach(of: last.text)
    }

    var start: Start { Start(rule: rule, token: tokens.lowerBound, message: message) }

    func evidence(in stream: TokenStream, of messages: [Message]) -> RiskReading.Evidence {
        var places: [(message: Int, range: Range<Int>)] = []
        for token in stream.tokens[tokens] {
            if let last = places.last, last.message == token.message {
                places[places.count - 1].range = last.range.lowerBound..<token.range.upperBound
            } else {
                places.append((token.message, token.range))
            }
        }
        return .init(
            rule: rule, kind: kind,
            spans: places.map { message, range in
                let scalars = messages[message].content.unicodeScalars
                return .init(
                    message: message, start: range.lowerBound, end: range.upperBound,
                    text: String(scalars.dropFirst(range.lowerBound).prefix(range.count)))
            })
    }
}
