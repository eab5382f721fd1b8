/// How the numbers of an axis or a column are meant and written.
public enum Unit: Hashable, Sendable {
    /// A number on its own.
    case plain
    /// A number of something named on the axis and in the table: `nats per token`.
    case named(String)
    /// A fraction of 1, written in per cent.
    case percent
    /// A difference of two fractions of 1, written in signed percentage points.
    case percentagePoints

    /// What a value is multiplied by before it is written.
    var factor: Double {
        switch self {
        case .plain, .named: 1
        case .percent, .percentagePoints: 100
        }
    }

    /// A heading with the unit behind it, for an axis or a column.
    func heading(_ title: String) -> String {
        switch self {
        case .plain, .percent: title
        case .named(let name): "\(title) (\(name))"
        case .percentagePoints: "\(title) (percentage points)"
        }
    }

    /// The decimals worth reading in a list of values, the same for all.
    func decimals(for values: [Double]) -> Int {
        switch self {
        case .plain, .named: NumberText.decimals(for: values)
        case .percent, .percentagePoints: 1
        }
    }

    /// A value already multiplied by `factor`, with this many decimals.
    func text(shown: Double, decimals: Int) -> String {
        let number = NumberText.fixed(shown, decimals: decimals)
        switch self {
        case .plain, .named: return number
        case .percent: return number + "%"
        case .percentagePoints: return (number.first == "−" || shown == 0 ? "" : "+") + number
        }
    }

    /// A value with this many decimals, or more where fewer than two digits of a small number
    /// would be left.
    func text(_ value: Double, decimals: Int) -> String {
        let readable = value == 0 ? decimals : max(decimals, self.decimals(for: [value]) - 1)
        return text(shown: value * factor, decimals: readable)
    }

    /// A value with as many decimals as are worth reading.
    package func text(_ value: Double) -> String {
        text(value, decimals: decimals(for: [value]))
    }
}
