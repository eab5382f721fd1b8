import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The elements, attributes and text of a document, as an XML parser reads them.
final class XMLText: NSObject, XMLParserDelegate {
    private(set) var elements: [(name: String, attributes: [String: String])] = []
    private(set) var text = ""

    /// Nil when the document is not well formed.
    init?(_ document: String) {
        super.init()
        let parser = XMLParser(data: Data(document.utf8))
        parser.delegate = self
        guard parser.parse() else { return nil }
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
        qualifiedName: String?, attributes: [String: String]
    ) {
        elements.append((name, attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        text += string
    }
}

/// Texts that have broken a page somewhere.
enum Hostile {
    static let texts = [
        "", "plain", "</script><script>alert(1)</script>", "<!--<script>", "]]>", "&amp; &lt; &",
        "\"double\" 'single' `back`", "a\u{2028}b\u{2029}c", "\\ \\n \\u003c", "<\\/script", "</",
        "<!",
        "日本語の文章、改行なし。", "👩‍👩‍👧‍👦 🏳️‍🌈 é e\u{301}", "\u{202E}reversed\u{202C} \u{2067}שלום",
        "tab\tline\nend", "${x} {{y}} %s",
    ]
    static let forbidden = "\0\u{1}\u{8}\u{B}\u{1B}\u{7F}\u{85}\u{FFFE}\u{FFFF}\u{1FFFE}"
}
