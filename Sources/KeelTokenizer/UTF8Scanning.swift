/// Reading scalars from UTF-8 that is known to be valid, as that of a `String` is.
extension UnsafeBufferPointer<UInt8> {
    /// The scalar that starts at `position`, and the position after it.
    @inline(__always)
    func scalar(at position: Int) -> (value: Unicode.Scalar, end: Int) {
        let lead = self[position]
        if lead < 0x80 { return (Unicode.Scalar(lead), position + 1) }
        let count = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4
        let end = Swift.min(position + count, self.count)
        var value = UInt32(lead) & (0x7F >> UInt32(count))
        for index in (position + 1)..<end { value = value << 6 | UInt32(self[index] & 0x3F) }
        return (Unicode.Scalar(value) ?? "\u{FFFD}", end)
    }

    /// The scalar that ends at `position`, and where it starts.
    func scalar(before position: Int) -> (value: Unicode.Scalar, start: Int) {
        var start = position - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return (scalar(at: start).value, start)
    }

    func whitespaceStart(before position: Int, limit: Int) -> Int {
        var start = position
        while start > limit {
            let previous = scalar(before: start)
            guard previous.value.properties.isWhitespace else { break }
            start = previous.start
        }
        return start
    }

    func whitespaceEnd(from position: Int) -> Int {
        var end = position
        while end < count {
            let next = scalar(at: end)
            guard next.value.properties.isWhitespace else { break }
            end = next.end
        }
        return end
    }
}

extension Unicode.Scalar {
    /// `\w` of UTS #18.
    var isWordCharacter: Bool {
        if properties.isAlphabetic || properties.isJoinControl { return true }
        return switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
            true
        default: false
        }
    }
}
