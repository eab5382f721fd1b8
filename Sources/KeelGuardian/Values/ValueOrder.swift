public import Foundation

/// Values in ranks, the first rank highest.
///
/// The order that ships is total: each rank holds one value. Several values may share a rank, as in a
/// list of equal rules; what a tie between them comes to, `Resolution` says.
public struct ValueOrder: Hashable, Sendable {
    /// As decisions and pages name it.
    public let name: String
    /// The highest first; at least one value in each.
    public let ranks: [[Value]]

    /// - Throws: `GuardianError` for an order without values, without one that always applies, or with
    ///   two of one id.
    public init(name: String, ranks: [[Value]]) throws(GuardianError) {
        let ids = ranks.flatMap { $0 }.map(\.id)
        for (index, id) in ids.enumerated() where ids[..<index].contains(id) {
            throw GuardianError(
                file: name, place: id,
                reason: "two values have this id. Give each one of its own.")
        }
        if ranks.contains(where: \.isEmpty) {
            throw GuardianError(file: name, reason: "a rank is empty. Remove it.")
        }
        let fallsBack = ranks.joined().contains { $0.claim(under: [.always]) != nil }
        guard fallsBack else {
            throw GuardianError(
                file: name,
                reason:
                    "no value applies when nothing special holds. Give one a claim with `when: [always]`."
            )
        }
        self.name = name
        self.ranks = ranks
    }

    /// The order that ships with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> ValueOrder {
        try ValueOrder(GuardianFile.shipped("values"), file: "values.yaml")
    }

    /// Reads an order from YAML.
    /// - Throws: `GuardianError`, naming the field.
    public init(contentsOf url: URL) throws(GuardianError) {
        let file = url.lastPathComponent
        try self.init(GuardianFile.decode(GuardianFile.text(of: url), file: file), file: file)
    }

    private init(_ content: ValuesFile, file: String) throws(GuardianError) {
        try self.init(name: content.name, ranks: content.ranks.map(\.values))
    }

    /// The same values without an order: all on one rank.
    /// - Throws: `GuardianError`, as an order of ranks would.
    public func equal() throws(GuardianError) -> ValueOrder {
        try ValueOrder(name: "\(name), equal", ranks: [ranks.flatMap { $0 }])
    }

    /// Whether no two values share a rank.
    public var isTotal: Bool { ranks.allSatisfy { $0.count == 1 } }

    /// All of them, the highest first.
    public var values: [Value] { ranks.flatMap { $0 } }
}

/// A file of values as it is written: a rank is a value, or a list of values that share it.
private struct ValuesFile: Decodable {
    struct Rank: Decodable {
        var values: [Value]

        init(from decoder: any Decoder) throws {
            if var list = try? decoder.unkeyedContainer() {
                values = []
                while !list.isAtEnd { values.append(try list.decode(Value.self)) }
            } else {
                values = [try Value(from: decoder)]
            }
        }
    }

    var name: String
    var ranks: [Rank]

    enum CodingKeys: CodingKey, CaseIterable { case name, ranks }

    init(from decoder: any Decoder) throws {
        try decoder.requireFields(in: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        ranks = try container.decode([Rank].self, forKey: .ranks)
    }
}
