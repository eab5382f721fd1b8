public import Foundation

extension BytePairTokenizer {
    /// The tokenizer as a `tokenizer.json` of Hugging Face `tokenizers`.
    ///
    /// Reading it gives a tokenizer of the same ids. A beginning or end of sequence that texts do
    /// not start with is not in this format; it belongs in `tokenizer_config.json`.
    public func tokenizerJSON() -> Data {
        let added = rawMatcher.tokens + normalizedMatcher.tokens
        let vocabulary = (0..<vocabularySize).compactMap { id in
            token(id).map { "\(Self.quoted($0)): \(id)" }
        }
        let merges = self.merges.pairs.map { left, right in
            "[\(Self.quoted(token(left) ?? "")), \(Self.quoted(token(right) ?? ""))]"
        }
        func list(_ items: [String], _ indent: String) -> String {
            items.isEmpty
                ? "" : "\n\(indent)  " + items.joined(separator: ",\n\(indent)  ") + "\n\(indent)"
        }
        let unknown = self.merges.unknown.flatMap { token(Int($0)) }.map(Self.quoted) ?? "null"
        let parts =
            spelling == .scalars
            ? visibleSpacesJSON
            : (
                normalization == .nfc ? #"{"type": "NFC"}"# : "null", preTokenizer.json,
                #"{"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "#
                    + #""use_regex": true}"#
            )
        return Data(
            """
            {
              "version": "1.0",
              "truncation": null,
              "padding": null,
              "added_tokens": [\(list(added.sorted { $0.id < $1.id }.map(Self.json), "  "))],
              "normalizer": \(parts.0),
              "pre_tokenizer": \(parts.1),
              "post_processor": \(postProcessor),
              "decoder": \(parts.2),
              "model": {
                "type": "BPE",
                "dropout": null,
                "unk_token": \(unknown),
                "continuing_subword_prefix": null,
                "end_of_word_suffix": null,
                "fuse_unk": \(spelling == .scalars),
                "byte_fallback": \(spelling == .scalars),
                "ignore_merges": \(ignoresMerges),
                "vocab": {\(list(vocabulary, "    "))},
                "merges": [\(list(merges, "    "))]
              }
            }

            """.utf8)
    }

    private static func json(_ token: AddedToken) -> String {
        """
        {"id": \(token.id), "content": \(quoted(token.content)), \
        "single_word": \(token.isSingleWord), "lstrip": \(token.stripsLeft), \
        "rstrip": \(token.stripsRight), "normalized": \(token.isNormalized), \
        "special": \(token.isSpecial)}
        """
    }

    private var postProcessor: String {
        guard addsBeginningOfSequence, let id = beginningOfSequence, let token = token(id) else {
            return "null"
        }
        let name = Self.quoted(token)
        let special = #"{"SpecialToken": {"id": \#(name), "type_id": 0}}"#
        func text(_ id: String, _ type: Int) -> String {
            #"{"Sequence": {"id": "\#(id)", "type_id": \#(type)}}"#
        }
        return """
            {"type": "TemplateProcessing", "single": [\(special), \(text("A", 0))], \
            "pair": [\(special), \(text("A", 0)), \(text("B", 1))], \
            "special_tokens": {\(name): {"id": \(name), "ids": [\(id)], "tokens": [\(name)]}}}
            """
    }

    /// A text as JSON, scalar by scalar: vocabularies hold texts that differ only in composition.
    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\0"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension PreTokenizer {
    /// The component of `tokenizer.json` that cuts a text like this one.
    fileprivate var json: String {
        var steps: [String] = []
        switch digits {
        case .joined: break
        case .runs: steps.append(#"{"type": "Digits", "individual_digits": false}"#)
        case .individual: steps.append(#"{"type": "Digits", "individual_digits": true}"#)
        }
        if let pattern, pattern != .gpt2 {
            let source =
                pattern == .tekken
                ? Self.tekken
                : Self.words(digits: pattern == .llama3 ? #"\p{N}{1,3}"# : #"\p{N}"#)
            let regex = source.replacing(#"\"#, with: #"\\"#)
            steps.append(
                #"{"type": "Split", "pattern": {"Regex": "\#(regex)"}, "behavior": "Isolated", "#
                    + #""invert": false}"#)
        }
        steps.append(
            #"{"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "#
                + #""use_regex": \#(pattern == .gpt2)}"#)
        guard steps.count > 1 else { return steps[0] }
        return #"{"type": "Sequence", "pretokenizers": [\#(steps.joined(separator: ", "))]}"#
    }
}
