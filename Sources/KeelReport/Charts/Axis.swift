/// What an axis measures, in which unit, and how far it reaches at least.
public struct Axis: Hashable, Sendable {
    /// What is measured; the unit is added to it.
    public var title: String
    /// How numbers on it are written.
    public var unit: Unit
    /// Values the axis reaches even where no data do, such as `0...1` for a rate.
    public var reach: ClosedRange<Double>?

    public init(_ title: String, unit: Unit = .plain, reach: ClosedRange<Double>? = nil) {
        self.title = title
        self.unit = unit
        self.reach = reach
    }

    var heading: String { unit.heading(title) }
}

/// A value worth a line across the chart, such as zero for a difference.
public struct Reference: Hashable, Sendable {
    /// On the chart's scale.
    public var value: Double
    /// What stands at the line.
    public var label: String
    /// Values that count as no worse than the reference, drawn as a band.
    public var margin: ClosedRange<Double>?

    public init(_ value: Double, label: String, margin: ClosedRange<Double>? = nil) {
        self.value = value
        self.label = label
        self.margin = margin
    }

    var values: [Double] {
        [value] + (margin.map { [$0.lowerBound, $0.upperBound] } ?? [])
    }
}

/// An axis laid out on pixels: its ticks, their labels, and the place of every value.
struct Scale {
    let ticks: [(position: Double, label: String)]
    private let first: Double
    private let last: Double
    private let pixels: (first: Double, last: Double)
    private let factor: Double

    /// The most room a vertical axis' labels need, in pixels.
    var labelWidth: Double { ticks.map { TextLayout.width($0.label) }.max() ?? 0 }

    /// Lays out an axis that shows every one of the values.
    ///
    /// - Parameters:
    ///   - axis: what is measured.
    ///   - values: finite.
    ///   - start: the pixel where the axis starts.
    ///   - end: the pixel where it ends; smaller than the start on a vertical axis.
    ///   - spacing: the least distance between the middles of two labels in pixels, or nil to let
    ///     their widths decide.
    init(
        _ axis: Axis, showing values: [Double], from start: Double, to end: Double,
        spacing: Double? = nil
    ) {
        let reach = axis.reach.map { [$0.lowerBound, $0.upperBound] } ?? []
        let shown = (values + reach).map { $0 * axis.unit.factor }
        var low = shown.min() ?? 0
        var high = shown.max() ?? 1
        let least = max(abs(low), abs(high)) * 1e-9
        if high - low <= max(least, 1e-100) {
            let half = max(abs(low) / 2, 0.5)
            (low, high) = (low - half, high + half)
        }
        let length = abs(end - start)
        var limit = 9
        var ticks: Ticks
        var labels: [String]
        repeat {
            ticks = Ticks(covering: low, high, atMost: limit)
            labels = ticks.values.map { axis.unit.text(shown: $0, decimals: ticks.decimals) }
            let needed = spacing ?? (labels.map { TextLayout.width($0) }.max() ?? 0) + 14
            if needed * Double(ticks.values.count - 1) <= length { break }
            limit -= 1
        } while limit >= 3
        let first = ticks.values.first ?? low
        let last = ticks.values.last ?? high
        (self.first, self.last, pixels, factor) = (first, last, (start, end), axis.unit.factor)
        let map = { (value: Double) in start + (value - first) / (last - first) * (end - start) }
        self.ticks = zip(ticks.values, labels).map { (map($0), $1) }
    }

    /// The place of a value, in pixels.
    func callAsFunction(_ value: Double) -> Double {
        pixels.first
            + (value * factor - first) / (last - first) * (pixels.last - pixels.first)
    }
}
