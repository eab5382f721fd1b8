/// Reading that refuses fields which nobody knows: a misspelt one would silently do nothing.

extension Decoder {
    /// A container whose every field is one of the keys.
    func container<Key: CodingKey & CaseIterable>(
        knowing keys: Key.Type
    ) throws -> KeyedDecodingContainer<Key> {
        let names = Key.allCases.map(\.stringValue)
        for key in try container(keyedBy: FieldName.self).allKeys
        where !names.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                .init(
                    codingPath: codingPath + [key],
                    debugDescription:
                        "it is not a field here. Known are \(names.joined(separator: ", "))."))
        }
        return try container(keyedBy: keys)
    }
}

/// Any field of a file.
private struct FieldName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// The place of an item in a list.
private struct Index: CodingKey {
    var intValue: Int?
    var stringValue: String { "\(intValue ?? 0)" }
    init(intValue: Int) { self.intValue = intValue }
    init?(stringValue: String) { nil }
}

extension KeyedDecodingContainer {
    func text(_ key: Key) throws -> String {
        let text = try decode(String.self, forKey: key)
        try requireWords(text, [key])
        return text
    }

    func textIfPresent(_ key: Key) throws -> String? {
        contains(key) ? try text(key) : nil
    }

    /// A list of texts; none where the field is not there.
    func texts(_ key: Key) throws -> [String] {
        let texts = try decodeIfPresent([String].self, forKey: key) ?? []
        for (number, text) in texts.enumerated() {
            try requireWords(text, [key, Index(intValue: number)])
        }
        return texts
    }

    func id(_ key: Key) throws -> String {
        let id = try text(key)
        guard id.wholeMatch(of: /[a-z0-9-]+/) != nil else {
            throw error([key], "\"\(id)\" is not an id. Use small letters, digits and hyphens.")
        }
        return id
    }

    func strength(_ key: Key) throws -> Double {
        let strength = try decodeIfPresent(Double.self, forKey: key) ?? 1
        guard (0...Constitution.greatestStrength).contains(strength) else {
            throw error(
                [key],
                "it is \(strength); it must be from 0 to \(Int(Constitution.greatestStrength)).")
        }
        return strength
    }

    /// Refuses an id that stands twice.
    func requireUnique(_ ids: [String], _ key: Key, taken: [String] = []) throws {
        var seen = Set(taken)
        for (number, id) in ids.enumerated() where !seen.insert(id).inserted {
            throw error(
                [key, Index(intValue: number)],
                "the id \"\(id)\" was there before. Give each its own.")
        }
    }

    /// Refuses a value that the constitution does not name.
    func requireValues(
        _ clauses: [any Clause], _ key: Key, among values: [Constitution.Value]
    ) throws {
        for (number, clause) in clauses.enumerated() {
            guard let value = clause.value, !values.contains(where: { $0.id == value }) else {
                continue
            }
            let known = values.map(\.id).joined(separator: ", ")
            throw error(
                [key, Index(intValue: number)],
                "\(clause.id) serves \"\(value)\", which is no value here"
                    + (known.isEmpty ? "; add it to \"values\"." : ". There are \(known)."))
        }
    }

    private func requireWords(_ text: String, _ path: [any CodingKey]) throws {
        if !text.contains(where: { !$0.isWhitespace }) {
            throw error(path, "it is empty. Fill it in.")
        }
    }

    private func error(_ path: [any CodingKey], _ reason: String) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath + path, debugDescription: reason))
    }
}
