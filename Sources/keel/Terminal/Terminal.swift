import Foundation

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// Where results go (standard output) and what is said about the work (standard error).
enum Terminal {
    static let standardErrorIsTerminal = isatty(2) == 1

    /// A sentence about the work, kept apart from results.
    static func note(_ text: String) {
        ProgressLine.clear()
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Prints a value as JSON, keys sorted.
    static func printJSON(_ value: some Encodable, pretty: Bool = true) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        if pretty { encoder.outputFormatting.insert(.prettyPrinted) }
        print(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Prints rows in columns, the first line being the heading.
    static func printTable(_ rows: [[String]]) {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        for row in rows {
            let line = zip(row, widths).map {
                $0.padding(toLength: max($1, $0.count), withPad: " ", startingAt: 0)
            }
            print(line.joined(separator: "  ").trimmingCharacters(in: .whitespaces))
        }
    }

    /// A length of time, as people say it.
    static func text(_ duration: Duration) -> String {
        let seconds = Int((duration / .seconds(1)).rounded())
        return switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        default: "\(seconds / 3600) h \(seconds / 60 % 60) min"
        }
    }
}
