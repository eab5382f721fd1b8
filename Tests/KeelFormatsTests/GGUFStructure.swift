/// Where the fields of a valid GGUF header lie, for mutations that hit them.
///
/// It is written apart from the reader under test, and trusts its input.
struct GGUFStructure {
    /// Counts, lengths, type codes, axes and offsets: the integers that steer a reader.
    private(set) var steering: [Range<Int>] = []
    private(set) var pairs: [Range<Int>] = []
    private(set) var descriptions: [Range<Int>] = []
    private(set) var offset = 0
    private let bytes: [UInt8]

    static let tensorCount = 8..<16
    static let keyCount = 16..<24

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        steer(4)
        steer(4)
        let tensorCount = steer(8)
        let keyCount = steer(8)
        for _ in 0..<keyCount {
            let start = offset
            text()
            value(steer(4))
            pairs.append(start..<offset)
        }
        for _ in 0..<tensorCount {
            let start = offset
            text()
            for _ in 0..<steer(4) { steer(8) }
            steer(4)
            steer(8)
            descriptions.append(start..<offset)
        }
    }

    @discardableResult
    private mutating func steer(_ width: Int) -> Int {
        let field = offset..<offset + width
        steering.append(field)
        offset += width
        return bytes[field].reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private mutating func text() {
        offset += steer(8)
    }

    private mutating func value(_ type: Int) {
        switch type {
        case 8: text()
        case 9:
            let element = steer(4)
            for _ in 0..<steer(8) { value(element) }
        default: offset += [0: 1, 1: 1, 2: 2, 3: 2, 7: 1, 10: 8, 11: 8, 12: 8][type, default: 4]
        }
    }
}
