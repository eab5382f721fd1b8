/// The components of `tokenizer.json` around the model.
extension BytePairTokenizer {
    static func preparation(
        _ normalizer: JSONValue?, _ preTokenizer: JSONValue?, _ spelling: Spelling
    ) throws(TokenizerError) -> (Normalization, PreTokenizer) {
        if spelling == .scalars { return try visibleSpaces(normalizer, preTokenizer) }
        let tokenizer = try self.preTokenizer(preTokenizer)
        guard let normalizer, !normalizer.isNull else { return (.none, tokenizer) }
        guard normalizer["type"]?.string == "NFC" else {
            throw unsupported("normalizer", normalizer)
        }
        return (.nfc, tokenizer)
    }

    private static func preTokenizer(_ value: JSONValue?) throws(TokenizerError) -> PreTokenizer {
        guard let value else { throw unsupported("pre_tokenizer", value) }
        let isSequence = value["type"]?.string == "Sequence"
        var steps = isSequence ? value["pretokenizers"]?.array ?? [] : [value]
        guard let last = steps.popLast(), last["type"]?.string == "ByteLevel" else {
            throw unsupported("pre_tokenizer", value)
        }
        if try flag(last, "add_prefix_space", at: "pre_tokenizer") {
            throw .unsupported(component: "pre_tokenizer.add_prefix_space", found: "true")
        }
        var digits = PreTokenizer.Digits.joined
        var pattern: PreTokenizer.Pattern?
        for step in steps {
            switch step["type"]?.string {
            case "Digits" where digits == .joined && pattern == nil:
                let isIndividual = try flag(step, "individual_digits", at: "pre_tokenizer")
                digits = isIndividual ? .individual : .runs
            case "Split" where pattern == nil:
                pattern = try splitPattern(step)
            default: throw unsupported("pre_tokenizer", step)
            }
        }
        // The flag is younger than the component, and true where it is missing.
        let usesRegex = try flag(last, "use_regex", at: "pre_tokenizer")
        if usesRegex || last["use_regex"] == nil {
            guard pattern == nil else { throw unsupported("pre_tokenizer", value) }
            pattern = .gpt2
        }
        return PreTokenizer(digits: digits, pattern: pattern)
    }

    private static func splitPattern(
        _ step: JSONValue
    ) throws(TokenizerError) -> PreTokenizer.Pattern {
        guard step["behavior"]?.string == "Isolated",
            try !flag(step, "invert", at: "pre_tokenizer.Split")
        else { throw unsupported("pre_tokenizer.Split", step) }
        switch step["pattern"]?["Regex"]?.string {
        case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#:
            return .gpt2
        case PreTokenizer.words(digits: #"\p{N}{1,3}"#): return .llama3
        case PreTokenizer.words(digits: #"\p{N}"#): return .qwen2
        case PreTokenizer.tekken: return .tekken
        default: throw unsupported("pre_tokenizer.Split.pattern", step["pattern"])
        }
    }

    /// The token that the post-processor puts before a text, if any.
    static func prefixToken(_ value: JSONValue?) throws(TokenizerError) -> String? {
        guard let value, !value.isNull else { return nil }
        var prefix: String?
        let isSequence = value["type"]?.string == "Sequence"
        for step in isSequence ? value["processors"]?.array ?? [] : [value] {
            switch step["type"]?.string {
            case "ByteLevel": break  // moves offsets only
            case "TemplateProcessing" where prefix == nil:
                prefix = try prefixToken(ofTemplate: step)
            default: throw unsupported("post_processor", step)
            }
        }
        return prefix
    }

    /// The `X` of a template `X $A`; nil for `$A`.
    private static func prefixToken(
        ofTemplate template: JSONValue
    ) throws(TokenizerError) -> String? {
        let items = template["single"]?.array ?? []
        guard let last = items.last, items.count <= 2, last["Sequence"] != nil else {
            throw unsupported("post_processor.single", template["single"])
        }
        guard items.count == 2 else { return nil }
        guard let token = items[0]["SpecialToken"]?["id"]?.string else {
            throw unsupported("post_processor.single", template["single"])
        }
        return token
    }

    static func flag(
        _ object: JSONValue, _ name: String, at path: String
    ) throws(TokenizerError) -> Bool {
        switch object[name] {
        case nil: return false
        case .bool(let value)?: return value
        default: throw .malformed(path: "\(path).\(name)", expected: "true or false")
        }
    }

    static func unsupported(_ component: String, _ value: JSONValue?) -> TokenizerError {
        .unsupported(component: component, found: value?.summary ?? "missing")
    }
}

extension PreTokenizer {
    /// The regular expression of Llama 3 and its kin, which differ in how they cut digits.
    static func words(digits: String) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// The regular expression of Mistral's Tekken.
    static let tekken: String = {
        let mark = #"[^\r\n\p{L}\p{N}]?"#
        let (upper, lower) = (#"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#)
        return "\(mark)\(upper)*\(lower)+|\(mark)\(upper)+\(lower)*|"
            + #"\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }()
}

extension JSONValue {
    /// A few words for an error message.
    fileprivate var summary: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): String(value.debugDescription.prefix(200))
        case .array(let elements): "an array of \(elements.count) elements"
        case .object(let members):
            if let type = self["type"]?.string {
                String(type.prefix(100))
            } else if let only = members.first, members.count == 1, let value = only.value.string {
                "\(only.key) \(value.prefix(200).debugDescription)"
            } else {
                "an object of \(members.count) members"
            }
        }
    }
}
