import Foundation

/// A report: values in, one HTML page out that needs no network and no other file.
public struct Page: Sendable {
    /// Over the page and in the window's title.
    public var title: String
    /// What the report says, in a sentence or two.
    public var lede: Prose
    /// What decides the result, such as model, seeds and versions.
    public var facts: [Fact]
    /// In order.
    public var sections: [Section]
    /// Where a reader whose browser runs no scripts finds what is deferred.
    public var withoutScript: Prose
    /// The language of the text, as a BCP 47 tag.
    public var language: String

    /// A name and what it is.
    public struct Fact: Hashable, Sendable {
        public var name: String
        public var value: Prose

        public init(_ name: String, _ value: Prose) {
            self.name = name
            self.value = value
        }
    }

    /// A heading with blocks below it.
    public struct Section: Sendable {
        public var title: String
        /// What a link can point to: letters, digits and hyphens, unique on the page.
        public var anchor: String
        /// In order.
        public var blocks: [Block]

        public init(_ title: String, anchor: String, _ blocks: [Block]) {
            self.title = title
            self.anchor = anchor
            self.blocks = blocks
        }
    }

    public init(
        title: String, lede: Prose, facts: [Fact] = [], sections: [Section],
        withoutScript: Prose = Prose([]), language: String = "en"
    ) {
        self.title = title
        self.lede = lede
        self.facts = facts
        self.sections = sections
        self.withoutScript = withoutScript
        self.language = language
    }

    /// Writes the page to a file, which is replaced whole or not at all.
    ///
    /// - Throws: `ReportError.unwritable` when the file system refuses, any other `ReportError`
    ///   when the page cannot be made; the file is then as it was.
    public func write(to path: String) throws(ReportError) {
        let html = Data(try html().utf8)
        do {
            try html.write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw .unwritable(path: path, reason: error.localizedDescription)
        }
    }
}
