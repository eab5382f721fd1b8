/// Makes letters comparable: case, width, accents of apostrophes, and the older Chinese forms.
enum Folding {
    enum Folded {
        /// Invisible, or a mark within a word: the word goes on.
        case nothing
        case letters(String)
        case ideograph(Unicode.Scalar)
        case space
        /// A comma, a bracket: the sentence goes on, a turn of phrase does not.
        case mark
        case sentenceEnd
    }

    static func fold(_ scalar: Unicode.Scalar) -> Folded {
        let scalar = narrow(scalar)
        switch scalar {
        case "a"..."z", "0"..."9": return .letters(String(scalar))
        case "A"..."Z": return .letters(String(scalar).lowercased())
        case "'", "’", "‘", "ʼ", "`", "*", "\u{AD}": return .nothing
        case ".", "!", "?", ";", "…", "。", "\n", "\r", "\u{2028}", "\u{2029}": return .sentenceEnd
        default: break
        }
        if isIdeograph(scalar) { return .ideograph(simplified[scalar] ?? scalar) }
        return switch scalar.properties.generalCategory {
        case .format, .nonspacingMark, .enclosingMark: .nothing
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .otherLetter, .modifierLetter,
            .decimalNumber:
            .letters(scalar.properties.lowercaseMapping)
        case .spaceSeparator, .control, .dashPunctuation, .connectorPunctuation: .space
        default: .mark
        }
    }

    static func isIdeograph(_ scalar: Unicode.Scalar) -> Bool {
        (0x3400...0x9FFF).contains(scalar.value) || (0x20000...0x3FFFF).contains(scalar.value)
    }

    /// Whether a word is spelt with letters, so that one may be cut in the middle.
    static func isLatin(_ text: String) -> Bool {
        !text.unicodeScalars.contains(where: isIdeograph)
    }

    /// Full-width forms are those of ASCII, moved.
    private static func narrow(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        guard (0xFF01...0xFF5E).contains(scalar.value) else { return scalar }
        return Unicode.Scalar(scalar.value - 0xFEE0) ?? scalar
    }

    /// Traditional forms of the characters that the signs are written with.
    private static let simplified: [Unicode.Scalar: Unicode.Scalar] = {
        let old =
            "殺殘傷樓絕結從來過錢離開會沒還這個們嗎見後無難愛遺書藥買繩車橋準備時現說對誰為麼樣東東應該覺顏負擔輕鬆長睡煩惱戲問題遊戲業論電張詞編寫學習歷聽壓關門總歲給爛擊別剛點兒讓請發樂頂邊圍單獨護醫帶腦勁鐵軌處種劑幾麻煩廢親媽媽爺頭終滅連體臺懸氣劃槍鄰繼續棄"
        let new =
            "杀残伤楼绝结从来过钱离开会没还这个们吗见后无难爱遗书药买绳车桥准备时现说对谁为么样东东应该觉颜负担轻松长睡烦恼戏问题游戏业论电张词编写学习历听压关门总岁给烂击别刚点儿让请发乐顶边围单独护医带脑劲铁轨处种剂几麻烦废亲妈妈爷头终灭连体台悬气划枪邻继续弃"
        return Dictionary(
            zip(old.unicodeScalars, new.unicodeScalars), uniquingKeysWith: { first, _ in first })
    }()
}
