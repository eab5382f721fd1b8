/// Countries of the table by the names that people write.
enum CountryNames {
    private static let english: [(code: String, names: [[String]])] = [
        ("US", [["usa"], ["united", "states"], ["america"], ["the", "us"]]),
        ("CA", [["canada"]]),
        (
            "GB",
            [["uk"], ["united", "kingdom"], ["england"], ["scotland"], ["wales"], ["britain"]]
        ),
        ("IE", [["ireland"]]), ("AU", [["australia"]]), ("NZ", [["new", "zealand"]]),
        ("SG", [["singapore"]]), ("DE", [["germany"]]), ("CN", [["china"]]),
        ("HK", [["hong", "kong"], ["hongkong"]]), ("TW", [["taiwan"]]),
    ]
    private static let chinese: [(code: String, name: String)] = [
        ("HK", "香港"), ("TW", "台湾"), ("TW", "臺灣"), ("US", "美国"), ("CA", "加拿大"), ("GB", "英国"),
        ("IE", "爱尔兰"), ("AU", "澳大利亚"), ("AU", "澳洲"), ("NZ", "新西兰"), ("SG", "新加坡"),
        ("DE", "德国"), ("CN", "中国"), ("CN", "大陆"),
    ]

    /// The country that a text names; nil for none, or for several.
    static func country(in text: String) -> String? {
        let words = TokenStream(text).tokens.map(\.text)
        var found: Set<String> = []
        for (code, names) in english {
            for name in names
            where words.indices.contains(where: { words[$0...].starts(with: name) }) {
                found.insert(code)
            }
        }
        for (code, name) in chinese where text.contains(name) { found.insert(code) }
        // "Northern Ireland, UK" and "香港,中国" name a part and the whole.
        if found == ["GB", "IE"] { return "GB" }
        if found.count == 2, found.remove("CN") != nil { return found.first }
        return found.count == 1 ? found.first : nil
    }
}
