/// The classes that the patterns tell apart.
enum ScalarClass: UInt8 {
    case letter, number, space, other

    private static let ascii: [ScalarClass] = (0..<128).map { ScalarClass(of: Unicode.Scalar($0)) }

    @inline(__always)
    static func ascii(_ byte: UInt8) -> ScalarClass { ascii[Int(byte)] }

    init(of scalar: Unicode.Scalar) {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = .letter
        case .decimalNumber, .letterNumber, .otherNumber:
            self = .number
        default:
            self = scalar.properties.isWhitespace ? .space : .other
        }
    }
}

/// The classes of letters and marks that Tekken's pattern tells apart.
enum LetterCase {
    case upper, lower
    /// A letter of a script without cases, or a mark.
    case caseless

    /// Nil for what is no letter and no mark.
    init?(of scalar: Unicode.Scalar) {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter: self = .upper
        case .lowercaseLetter: self = .lower
        case .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .enclosingMark:
            self = .caseless
        default: return nil
        }
    }
}

/// Every function takes the position of a word's first scalar and gives the word's end.
extension UnsafeBufferPointer<UInt8> {
    /// Where the next U+2581 stands, E2 96 81 in UTF-8.
    func visibleSpace(after position: Int, to end: Int) -> Int {
        var next = position + 1
        while next < end, !self[next..<end].starts(with: [0xE2, 0x96, 0x81]) { next += 1 }
        return next
    }

    @inline(__always)
    func scalarClass(at position: Int) -> ScalarClass {
        let lead = self[position]
        return lead < 0x80 ? .ascii(lead) : ScalarClass(of: scalar(at: position).value)
    }

    func end(of wanted: ScalarClass, from start: Int, to limit: Int) -> Int {
        var position = start
        while position < limit, scalarClass(at: position) == wanted {
            position = scalar(at: position).end
        }
        return position
    }

    func gpt2Word(from start: Int, to limit: Int) -> Int {
        if let end = contractionEnd(from: start, to: limit, ignoringCase: false) { return end }
        let body = self[start] == UInt8(ascii: " ") ? start + 1 : start
        if body < limit {
            let kind = scalarClass(at: body)
            if kind != .space { return end(of: kind, from: body, to: limit) }
        }
        return spaceEnd(from: start, to: limit)
    }

    func llama3Word(from start: Int, to limit: Int, digitsPerWord: Int) -> Int {
        if let end = contractionEnd(from: start, to: limit, ignoringCase: true) { return end }
        let first = scalarClass(at: start)
        let next = scalar(at: start).end
        switch first {
        case .letter:
            return end(of: .letter, from: next, to: limit)
        case .number:
            var end = next
            for _ in 1..<digitsPerWord where end < limit && scalarClass(at: end) == .number {
                end = scalar(at: end).end
            }
            return end
        case .space, .other:
            if !isNewline(at: start), next < limit, scalarClass(at: next) == .letter {
                return end(of: .letter, from: next, to: limit)
            }
        }
        return marksOrSpaceEnd(from: start, to: limit)
    }

    func tekkenWord(from start: Int, to limit: Int) -> Int {
        let next = scalar(at: start).end
        switch scalarClass(at: start) {
        case .number: return next
        case .letter:
            return lowercaseEnd(from: start, to: limit) ?? uppercaseEnd(from: start, to: limit)
        case .space, .other:
            let leads = next < limit && !isNewline(at: start)
            if leads, let end = lowercaseEnd(from: next, to: limit) { return end }
            if let end = lowercaseEnd(from: start, to: limit) { return end }
            if leads {
                let end = uppercaseEnd(from: next, to: limit)
                if end > next { return end }
            }
            return marksOrSpaceEnd(from: start, to: limit, isTekken: true)
        }
    }

    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+`; nil where nothing fits.
    private func lowercaseEnd(from start: Int, to limit: Int) -> Int? {
        var position = start
        var lastCaseless: Int?
        while position < limit {
            let scalar = scalar(at: position)
            let kind = LetterCase(of: scalar.value)
            guard kind == .upper || kind == .caseless else { break }
            position = scalar.end
            if kind == .caseless { lastCaseless = position }
        }
        let capitals = position
        while position < limit {
            let scalar = scalar(at: position)
            let kind = LetterCase(of: scalar.value)
            guard kind == .lower || kind == .caseless else { break }
            position = scalar.end
        }
        // Without a small letter behind the capitals, the last that can be either is taken for one.
        return position > capitals ? position : lastCaseless
    }

    /// Where letters and marks that are not small end.
    private func uppercaseEnd(from start: Int, to limit: Int) -> Int {
        var position = start
        while position < limit {
            let scalar = scalar(at: position)
            let kind = LetterCase(of: scalar.value)
            guard kind == .upper || kind == .caseless else { break }
            position = scalar.end
        }
        return position
    }

    /// ` ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`; Tekken's has a slash among the line ends.
    private func marksOrSpaceEnd(from start: Int, to limit: Int, isTekken: Bool = false) -> Int {
        let body = self[start] == UInt8(ascii: " ") ? start + 1 : start
        if body < limit, scalarClass(at: body) == .other {
            var end = end(of: .other, from: body, to: limit)
            while end < limit, isNewline(at: end) || isTekken && self[end] == UInt8(ascii: "/") {
                end += 1
            }
            return end
        }
        let run = end(of: .space, from: start, to: limit)
        if let line = (start..<run).last(where: isNewline(at:)) { return line + 1 }
        return spaceEnd(from: start, to: limit)
    }

    /// `\s+(?!\S)|\s+`: white space leaves its last scalar to the word that follows.
    private func spaceEnd(from start: Int, to limit: Int) -> Int {
        let run = end(of: .space, from: start, to: limit)
        if run == limit { return run }
        let last = scalar(before: run).start
        return last > start ? last : run
    }

    private func contractionEnd(from start: Int, to limit: Int, ignoringCase: Bool) -> Int? {
        guard self[start] == UInt8(ascii: "'"), start + 1 < limit else { return nil }
        let fold: UInt8 = ignoringCase ? 0x20 : 0
        let second = start + 2 < limit ? self[start + 2] | fold : 0
        switch (self[start + 1] | fold, second) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
            (UInt8(ascii: "d"), _):
            return start + 2
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return start + 3
        default:
            // U+017F, the long s, is an s where case is ignored.
            let longS = ignoringCase && scalar(at: start + 1).value == "\u{17F}"
            return longS ? start + 3 : nil
        }
    }

    private func isNewline(at position: Int) -> Bool {
        self[position] == UInt8(ascii: "\n") || self[position] == UInt8(ascii: "\r")
    }
}
