import Foundation

/// The time that `strftime_now` tells.
struct TemplateClock {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let days = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    let date: Date
    let timeZone: TimeZone

    /// The time in a format of C's `strftime`, in English.
    func formatted(_ format: String) throws(TemplateFault) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        let parts = calendar.dateComponents(
            [.year, .month, .day, .hour, .minute, .second, .weekday], from: date)
        let month = Self.months[(parts.month ?? 1) - 1]
        let day = Self.days[(parts.weekday ?? 1) - 1]
        let hour = parts.hour ?? 0
        var result = ""
        var directives = format.unicodeScalars.makeIterator()
        while let scalar = directives.next() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            var directive = directives.next()
            let isPadded = directive != "-"
            if !isPadded { directive = directives.next() }
            func number(_ value: Int, width: Int = 2) -> String {
                let digits = String(value)
                return String(repeating: "0", count: isPadded ? max(0, width - digits.count) : 0)
                    + digits
            }
            switch directive {
            case "Y": result += number(parts.year ?? 0, width: 4)
            case "y": result += number((parts.year ?? 0) % 100)
            case "m": result += number(parts.month ?? 0)
            case "d": result += number(parts.day ?? 0)
            case "H": result += number(hour)
            case "I": result += number((hour + 11) % 12 + 1)
            case "M": result += number(parts.minute ?? 0)
            case "S": result += number(parts.second ?? 0)
            case "j":
                result += number(calendar.ordinality(of: .day, in: .year, for: date) ?? 0, width: 3)
            case "B": result += month
            case "b": result += month.prefix(3)
            case "A": result += day
            case "a": result += day.prefix(3)
            case "p": result += hour < 12 ? "AM" : "PM"
            case "%": result += "%"
            default:
                throw TemplateFault(
                    .unsupported,
                    "strftime_now does not know %\(directive.map { String($0) } ?? "")")
            }
        }
        return result
    }
}
