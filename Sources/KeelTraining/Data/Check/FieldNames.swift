/// The names of a row's fields, and of the fields of objects in its lists, as in `messages[].role`.
struct FieldNames: Decodable {
    private(set) var names: Set<String> = []

    private struct Name: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private struct Anything: Decodable {
        init(from decoder: any Decoder) {}
    }

    init(from decoder: any Decoder) throws {
        let row = try decoder.container(keyedBy: Name.self)
        for key in row.allKeys {
            names.insert(key.stringValue)
            guard var list = try? row.nestedUnkeyedContainer(forKey: key) else { continue }
            while !list.isAtEnd {
                let index = list.currentIndex
                if let item = try? list.nestedContainer(keyedBy: Name.self) {
                    names.formUnion(item.allKeys.map { "\(key.stringValue)[].\($0.stringValue)" })
                } else {
                    _ = try? list.decode(Anything.self)
                }
                if list.currentIndex == index { break }
            }
        }
    }

    /// The names that a row of this kind does not read.
    func ignored(by kind: DataRow.Kind) -> Set<String> {
        names.filter { name in
            let field = name.prefix { $0 != "[" }
            let isRead = kind.fields.contains(String(field))
            return field.count == name.count
                ? !isRead : isRead && !name.hasSuffix("[].role") && !name.hasSuffix("[].content")
        }
    }
}

/// A row, and the names of its fields that training does not read.
struct NotedRow: Decodable {
    let row: DataRow
    let ignoredFields: Set<String>

    init(from decoder: any Decoder) throws {
        row = try DataRow(from: decoder)
        ignoredFields = try FieldNames(from: decoder).ignored(by: row.kind)
    }
}
