/// Decodes tokens as they come, holding back a scalar until its last byte is there.
///
/// What `append` and `finish` give, joined, is what `decode` gives for all ids at once.
public struct StreamingDecoder: Sendable {
    private let tokenizer: BytePairTokenizer
    private let skippingSpecial: Bool
    private var pending: [UInt8] = []
    private var isFirst = true

    public init(_ tokenizer: BytePairTokenizer, skippingSpecial: Bool = false) {
        self.tokenizer = tokenizer
        self.skippingSpecial = skippingSpecial
    }

    /// The text that is certain after one more token; often empty.
    public mutating func append(_ id: Int) -> String {
        if skippingSpecial && tokenizer.isSpecial(id) { return "" }
        let bytes = tokenizer.tokenBytes(id)
        let isSpaced = isFirst && tokenizer.stripsFirstSpace && bytes.first == 0x20
        pending += isSpaced ? bytes.dropFirst() : bytes[...]
        isFirst = isFirst && bytes.isEmpty
        let complete = pending.count - Self.unfinishedCount(pending)
        let text = String(decoding: pending[..<complete], as: UTF8.self)
        pending.removeFirst(complete)
        return text
    }

    /// The text of a scalar that was never finished, as U+FFFD.
    public mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end are the start of a scalar that further bytes could complete.
    private static func unfinishedCount(_ bytes: [UInt8]) -> Int {
        for count in 1...3 where count <= bytes.count {
            let lead = bytes[bytes.count - count]
            if lead & 0xC0 == 0x80 { continue }
            let length: Int
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0...0xEF: length = 3
            case 0xF0...0xF4: length = 4
            default: return 0
            }
            guard count < length else { return 0 }
            guard count > 1 else { return count }
            let second = bytes[bytes.count - count + 1]
            let isPossible =
                switch lead {
                case 0xE0: second >= 0xA0
                case 0xED: second <= 0x9F
                case 0xF0: second >= 0x90
                case 0xF4: second <= 0x8F
                default: true
                }
            return isPossible ? count : 0
        }
        return 0
    }
}
