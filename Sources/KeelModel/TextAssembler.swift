package import KeelTokenizer

/// Turns tokens into text as they come, and sees stop texts that spread over several of them.
package struct TextAssembler {
    private var decoder: StreamingDecoder
    private let stop: [String]
    /// All text so far that is known to belong to the answer.
    package private(set) var text = ""
    /// The end of what was decoded that may yet turn out to be the start of a stop text.
    private var held = ""

    package init(_ tokenizer: BytePairTokenizer, stop: [String]) {
        decoder = StreamingDecoder(tokenizer)
        self.stop = stop
    }

    /// Adds a token.
    /// - Returns: Text that is now certain, and whether a stop text has ended the answer.
    package mutating func append(_ token: Int) -> (text: String, stopped: Bool) {
        held += decoder.append(token)
        if let range = stop.compactMap({ held.firstRange(of: $0) }).min(by: {
            $0.lowerBound < $1.lowerBound
        }) {
            let certain = String(held[..<range.lowerBound])
            held = ""
            text += certain
            return (certain, true)
        }
        let keep = held.count - longestPossibleStart
        let certain = String(held.prefix(keep))
        held.removeFirst(keep)
        text += certain
        return (certain, false)
    }

    /// Ends the answer and returns the text held back.
    package mutating func finish() -> String {
        let rest = held + decoder.finish()
        held = ""
        text += rest
        return rest
    }

    /// Characters at the end of `held` that are the beginning of some stop text.
    private var longestPossibleStart: Int {
        stop.map { stop in
            (1..<max(stop.count, 1)).last { held.hasSuffix(stop.prefix($0)) } ?? 0
        }.max() ?? 0
    }
}
