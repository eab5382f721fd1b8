extension Prose {
    /// The text with its emphasis as HTML.
    /// - Throws: `ReportError.unsafeLink` for a link that could run a script.
    func html() throws(ReportError) -> String {
        var result = ""
        for inline in inlines {
            switch inline {
            case .text(let text):
                result += text.escapedForMarkup
            case .strong(let text):
                result += "<strong>\(text.escapedForMarkup)</strong>"
            case .code(let text):
                result += "<code>\(text.escapedForMarkup)</code>"
            case .link(let text, let target):
                guard Self.isSafe(target) else { throw .unsafeLink(target) }
                result +=
                    "<a href=\"\(target.escapedForMarkup)\">\(text.escapedForMarkup)</a>"
            case .match(let text, let label):
                result +=
                    "<mark>\(text.escapedForMarkup)<small>\(label.escapedForMarkup)</small></mark>"
            case .verdict(let word, let tone):
                result +=
                    "<span class=\"verdict \(tone.rawValue)\">\(word.escapedForMarkup)</span>"
            case .tinted(let text, let share, let label):
                // Nine steps, so that the page needs no style of its own for each number.
                let step = share > 0 ? Int((min(share, 1) * 9).rounded(.up)) : 0
                result +=
                    "<span class=\"heat h\(step)\" title=\"\(label.escapedForMarkup)\">"
                    + "\(text.escapedForMarkup)</span>"
            }
        }
        return result
    }

    // Browsers drop control characters and spaces from an address before they read its scheme.
    private static func isSafe(_ target: String) -> Bool {
        let isPrintable = !target.isEmpty && target.unicodeScalars.allSatisfy { $0 > " " }
        let scheme = target.prefix { !"/?#".contains($0) }
        guard let colon = scheme.firstIndex(of: ":") else {
            return isPrintable && !target.hasPrefix("//")
        }
        return isPrintable && ["http", "https", "mailto"].contains(scheme[..<colon].lowercased())
    }
}
