/// A place a person can turn to.
public struct Resource: Hashable, Sendable, Codable {
    /// What kind of place it is.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        /// People to talk to.
        case crisisLine = "crisis-line"
        /// Police or ambulance.
        case emergency
        /// A page that lists help in many countries.
        case finder
    }

    /// When somebody answers.
    public enum Hours: String, Sendable, Codable {
        /// At any hour of any day.
        case always
        /// It depends on the place or the day; see the source.
        case differs
    }

    /// A way to reach it.
    public struct Channel: Hashable, Sendable, Codable {
        /// How it is reached.
        public enum Way: String, Sendable, Codable { case call, text, chat, whatsapp, page }
        public var way: Way
        /// A number as people write it, or an address of the web without its scheme.
        public var at: String

        enum CodingKeys: CodingKey, CaseIterable { case way, at }

        public init(from decoder: any Decoder) throws {
            try decoder.requireFields(in: CodingKeys.self)
            let container = try decoder.container(keyedBy: CodingKeys.self)
            way = try container.decode(Way.self, forKey: .way)
            at = try container.decode(String.self, forKey: .at)
        }
    }

    /// Unique in a table.
    public var id: String
    public var kind: Kind
    /// ISO 3166 code, such as `NZ`; nil where it serves every country.
    public var country: String?
    /// By language, `en` at least.
    public var name: [String: String]
    public var channels: [Channel]
    public var hours: Hours
    /// ISO 639 codes of the languages spoken there.
    public var languages: [String]
    /// Whether it costs nothing, calls included.
    public var free: Bool
    /// The page that the entry was compared with.
    public var source: String
    /// The day of that comparison, which was with a stored copy of the page alone; a person must check an
    /// entry with the service before anybody in need is shown it.
    public var verified: CalendarDay

    enum CodingKeys: CodingKey, CaseIterable {
        case id, kind, country, name, channels, hours, languages, free, source, verified
    }

    public init(from decoder: any Decoder) throws {
        try decoder.requireFields(in: CodingKeys.self)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        id = try container.decode(String.self, forKey: .id)
        kind = try container.decode(Kind.self, forKey: .kind)
        country = try container.decodeIfPresent(String.self, forKey: .country)
        name = try container.decode([String: String].self, forKey: .name)
        channels = try container.decode([Channel].self, forKey: .channels)
        hours = try container.decode(Hours.self, forKey: .hours)
        languages = try container.decode([String].self, forKey: .languages)
        free = try container.decode(Bool.self, forKey: .free)
        source = try container.decode(String.self, forKey: .source)
        verified = try container.decode(CalendarDay.self, forKey: .verified)
    }
}

/// A day, without a time zone.
public struct CalendarDay: Hashable, Sendable, Codable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01.
    public let number: Int

    public init(number: Int) { self.number = number }

    /// The day at a time, in universal time.
    /// - Parameter seconds: Since 1970; a time that is not finite is the first of all days, on which
    ///   every entry is from the future.
    public init(secondsSince1970 seconds: Double) {
        number = Int(exactly: (seconds / 86_400).rounded(.down)) ?? .min
    }

    /// Reads `2026-11-21`; nil for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.map(\.count) == [4, 2, 2],
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        self.init(year: year, month: month, day: day)
        // A 31st of February is some other day.
        guard description == text else { return nil }
    }

    /// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`.
    private init(year: Int, month: Int, day: Int) {
        let year = month <= 2 ? year - 1 : year
        let era = year / 400
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        number =
            era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// As in `init(_:)`; `civil_from_days` of the same source, for years from 0 to 9999.
    public var description: String {
        let shifted = min(max(number, -719_468), 2_932_896) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        func digits(_ value: Int, _ count: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(0, count - text.count)) + text
        }
        return "\(digits(year, 4))-\(digits(month, 2))-\(digits(day, 2))"
    }

    public static func < (a: CalendarDay, b: CalendarDay) -> Bool { a.number < b.number }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = CalendarDay(text) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "\"\(text)\" is no day; write 2026-11-21.")
        }
        self = day
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
