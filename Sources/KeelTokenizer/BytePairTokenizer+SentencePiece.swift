/// How `tokenizer.json` says what SentencePiece does to spaces.
extension BytePairTokenizer {
    private static let visible = Normalization.visibleSpace

    static func visibleSpaces(
        _ normalizer: JSONValue?, _ preTokenizer: JSONValue?
    ) throws(TokenizerError) -> (Normalization, PreTokenizer) {
        if let preTokenizer, preTokenizer["type"]?.string == "Metaspace" {
            guard normalizer?.isNull ?? true else { throw unsupported("normalizer", normalizer) }
            return try metaspace(preTokenizer)
        }
        let isSequence = normalizer?["type"]?.string == "Sequence"
        var steps = isSequence ? normalizer?["normalizers"]?.array ?? [] : [normalizer ?? .null]
        guard let last = steps.popLast(), last["type"]?.string == "Replace",
            last["pattern"]?["String"]?.string == " ", last["content"]?.string == visible,
            steps.count <= 1
        else { throw unsupported("normalizer", normalizer) }
        if let first = steps.first {
            guard first["type"]?.string == "Prepend", first["prepend"]?.string == visible else {
                throw unsupported("normalizer", first)
            }
        }
        // Where every space has been replaced, cutting at spaces cuts nothing.
        if let preTokenizer, !preTokenizer.isNull {
            guard preTokenizer["type"]?.string == "Split",
                preTokenizer["pattern"]?["String"]?.string == " "
            else { throw unsupported("pre_tokenizer", preTokenizer) }
        }
        return (
            .visibleSpaces(before: steps.isEmpty ? .nowhere : .everywhere),
            PreTokenizer(pattern: nil)
        )
    }

    private static func metaspace(
        _ value: JSONValue
    ) throws(TokenizerError) -> (Normalization, PreTokenizer) {
        guard value["replacement"]?.string == visible else {
            throw unsupported("pre_tokenizer.replacement", value["replacement"])
        }
        let beginning: Normalization.Beginning
        switch value["prepend_scheme"]?.string {
        case "first": beginning = .firstWhereMissing
        case "never": beginning = .nowhere
        case "always": beginning = .whereMissing
        case nil:
            // The older key; both are true where they are missing.
            let adds = try flag(value, "add_prefix_space", at: "pre_tokenizer")
            beginning = adds || value["add_prefix_space"] == nil ? .whereMissing : .nowhere
        default: throw unsupported("pre_tokenizer.prepend_scheme", value["prepend_scheme"])
        }
        // The flag is younger than the component, and true where it is missing.
        let splits = try flag(value, "split", at: "pre_tokenizer") || value["split"] == nil
        return (
            .visibleSpaces(before: beginning),
            PreTokenizer(pattern: splits ? .visibleSpaces : nil)
        )
    }

    /// Whether the decoder leaves out a space that the text begins with.
    static func stripsFirstSpace(_ decoder: JSONValue?) throws(TokenizerError) -> Bool {
        let steps = decoder?["decoders"]?.array ?? []
        let names = steps.map { $0["type"]?.string }
        guard steps.count >= 3, names[..<3] == ["Replace", "ByteFallback", "Fuse"],
            steps[0]["pattern"]?["String"]?.string == visible,
            steps[0]["content"]?.string == " "
        else { throw unsupported("decoder", decoder) }
        if steps.count == 3 { return false }
        guard steps.count == 4, names[3] == "Strip", steps[3]["content"]?.string == " ",
            steps[3]["start"]?.int == 1, steps[3]["stop"]?.int == 0
        else { throw unsupported("decoder", steps.last) }
        return true
    }

    // MARK: The way back

    /// The normalizer, the pre-tokenizer and the decoder of `tokenizer.json`.
    var visibleSpacesJSON: (normalizer: String, preTokenizer: String, decoder: String) {
        let replace =
            #"{"type": "Replace", "pattern": {"String": " "}, "content": "\#(Self.visible)"}"#
        let strip = #", {"type": "Strip", "content": " ", "start": 1, "stop": 0}"#
        let decoder = #"""
            {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": \#
            "\#(Self.visible)"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"}\#
            \#(stripsFirstSpace ? strip : "")]}
            """#
        let prepend = #"{"type": "Prepend", "prepend": "\#(Self.visible)"}"#
        switch normalization {
        case .visibleSpaces(before: .nowhere) where preTokenizer.pattern == nil:
            return (replace, "null", decoder)
        case .visibleSpaces(before: .everywhere) where preTokenizer.pattern == nil:
            return (
                #"{"type": "Sequence", "normalizers": [\#(prepend), \#(replace)]}"#, "null", decoder
            )
        case .visibleSpaces(let beginning):
            let scheme =
                switch beginning {
                case .nowhere: "never"
                case .everywhere, .whereMissing: "always"
                case .firstWhereMissing: "first"
                }
            let split = preTokenizer.pattern != nil
            let metaspace =
                #"{"type": "Metaspace", "replacement": "\#(Self.visible)", "#
                + #""prepend_scheme": "\#(scheme)", "split": \#(split)}"#
            return ("null", metaspace, decoder)
        default: return ("null", "null", decoder)
        }
    }
}
