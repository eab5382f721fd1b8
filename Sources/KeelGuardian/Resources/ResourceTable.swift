public import Foundation

/// Help by country, from a table whose every entry has a source and a day.
public struct ResourceTable: Sendable {
    /// What can be offered.
    public enum Offer: Hashable, Sendable {
        /// Entries for the person's country, the crisis lines first.
        case named([Resource])
        /// The country is unknown or has no entry that is young enough: a list of many countries.
        case finder(Resource)
        /// Nothing in the table may be shown; the country has to be asked for, and no number is given.
        case ask
    }

    /// Entries that were verified longer ago are not shown.
    public static let maximumAgeDays = 365

    /// In the order of the file, those that are too old included.
    public let entries: [Resource]

    /// The table that ships with Keel.
    /// - Throws: `GuardianError`.
    public static func shipped() throws(GuardianError) -> ResourceTable {
        try ResourceTable(GuardianFile.shipped("resources"), file: "resources.yaml")
    }

    /// Reads a table from YAML.
    /// - Throws: `GuardianError`, naming the entry and the field.
    public init(contentsOf url: URL) throws(GuardianError) {
        let file = url.lastPathComponent
        try self.init(GuardianFile.decode(GuardianFile.text(of: url), file: file), file: file)
    }

    private init(_ content: ResourceFile, file: String) throws(GuardianError) {
        var ids: Set<String> = []
        for entry in content.entries {
            func defect(_ reason: String) -> GuardianError {
                GuardianError(file: file, place: entry.id, reason: reason)
            }
            guard ids.insert(entry.id).inserted else { throw defect("the id is taken.") }
            guard !entry.channels.isEmpty else { throw defect("it has no channel.") }
            guard entry.name["en"] != nil else { throw defect("it has no English name.") }
            guard entry.source.hasPrefix("http") else { throw defect("its source is no address.") }
            if let country = entry.country, country.count != 2 || country != country.uppercased() {
                throw defect("\"\(country)\" is no country; write a code such as NZ.")
            }
        }
        entries = content.entries
    }

    /// Entries young enough to be shown.
    public func current(on day: CalendarDay) -> [Resource] {
        entries.filter {
            $0.verified <= day && day.number - $0.verified.number <= Self.maximumAgeDays
        }
    }

    /// What can be offered to somebody.
    /// - Parameters:
    ///   - country: ISO 3166 code; nil where it is not known.
    ///   - day: Today.
    /// - Returns: The country's entries, or what there is for any country.
    public func offer(country: String?, on day: CalendarDay) -> Offer {
        let current = current(on: day)
        if let country {
            let lines = current.filter { $0.country == country && $0.kind == .crisisLine }
            let emergency = current.filter { $0.country == country && $0.kind == .emergency }
            if !lines.isEmpty { return .named(lines + emergency) }
        }
        return current.first { $0.kind == .finder }.map(Offer.finder) ?? .ask
    }

    /// The emergency number of a country, if the table may show one.
    public func emergency(country: String?, on day: CalendarDay) -> Resource? {
        country.flatMap { country in
            current(on: day).first { $0.country == country && $0.kind == .emergency }
        }
    }
}

private struct ResourceFile: Decodable {
    var entries: [Resource]
}

extension Resource {
    /// One line for a person, with every number as the table has it.
    public func line(in language: Wording.Language) -> String {
        let ways = channels.map { channel in
            switch (channel.way, language) {
            case (.call, .english): "call \(channel.at)"
            case (.call, .chinese): "拨打 \(channel.at)"
            case (.text, .english): "text \(channel.at)"
            case (.text, .chinese): "发短信到 \(channel.at)"
            case (.whatsapp, .english): "WhatsApp \(channel.at)"
            case (.whatsapp, .chinese): "WhatsApp \(channel.at)"
            case (.chat, .english): "chat at \(channel.at)"
            case (.chat, .chinese): "在 \(channel.at) 上聊天"
            case (.page, .english): "see \(channel.at)"
            case (.page, .chinese): "见 \(channel.at)"
            }
        }
        let title = name[language.rawValue] ?? name["en"] ?? id
        return switch language {
        case .english:
            "\(title): " + ways.joined(separator: ", or ")
                + (hours == .always ? ", at any hour." : ".")
        case .chinese:
            "\(title):" + ways.joined(separator: ",或") + (hours == .always ? ",任何时间。" : "。")
        }
    }
}
