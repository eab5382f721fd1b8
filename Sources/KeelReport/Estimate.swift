/// A number with the interval it is believed to lie in.
public struct Estimate: Hashable, Sendable {
    /// The number itself; it lies in the interval.
    public var value: Double
    /// The lower end of the interval; equal to the value where there is no interval.
    public var low: Double
    /// The upper end of the interval; equal to the value where there is no interval.
    public var high: Double

    public init(_ value: Double, low: Double, high: Double) {
        self.value = value
        self.low = low
        self.high = high
    }

    /// A number known without error, such as a count.
    public init(exactly value: Double) {
        self.init(value, low: value, high: value)
    }

    /// The number, and its interval in brackets where it has one.
    package func text(_ unit: Unit, decimals: Int? = nil) -> String {
        let parts = parts(unit, decimals: decimals)
        return ([parts.number] + [parts.ends].compactMap(\.self)).joined(separator: " ")
    }

    func parts(_ unit: Unit, decimals: Int? = nil) -> (number: String, ends: String?) {
        let decimals = decimals ?? unit.decimals(for: [value, low, high])
        let ends = [low, high].map { unit.text($0, decimals: decimals) }
        return (
            unit.text(value, decimals: decimals), low < high ? "(\(ends[0]) to \(ends[1]))" : nil
        )
    }
}
