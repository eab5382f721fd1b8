import KeelReport

extension Estimate {
    /// A value with its interval, which reaches to it where rounding put it beside; nil without a value.
    init?(_ value: Double?, in interval: ClosedRange<Double>?) {
        guard let value else { return nil }
        guard let interval else {
            self.init(exactly: value)
            return
        }
        self.init(
            value, low: min(value, interval.lowerBound), high: max(value, interval.upperBound))
    }
}
