/// How far a monitor's readings have gone, reading by reading.
struct Course: Hashable {
    private let window: Int
    private let measure: MonitorSettings.Measure
    private let alarm: MonitorSettings.Alarm
    private var count = 0
    /// Sum of the first `window` readings.
    private var base = 0.0
    private var recent: [Double] = []
    /// The furthest value so far, the way that gives alarm.
    private(set) var peak: Double?
    /// The step of the alarm; there is one at most.
    var alarmStep: Int?

    init(_ settings: MonitorSettings) {
        window = settings.window
        measure = settings.measure
        alarm = settings.alarm
    }

    /// Adds a reading; one that is no number is passed over.
    /// - Returns: The value that is held against the limit; nil until there are enough readings.
    mutating func add(_ reading: Double) -> Double? {
        guard reading.isFinite else { return nil }
        count += 1
        if count <= window { base += reading }
        recent.append(reading)
        if recent.count > window { recent.removeFirst() }
        guard measure == .level ? count >= window : count > window else { return nil }
        let mean = recent.reduce(0, +) / Double(window)
        let value = measure == .level ? mean : mean - base / Double(window)
        if peak.map({ isFurther(value, than: $0) }) ?? true { peak = value }
        return value
    }

    /// Whether a value lies beyond another, the way that gives alarm.
    func isFurther(_ value: Double, than other: Double) -> Bool {
        alarm == .rise ? value > other : value < other
    }

    /// All of it, as numbers.
    var saved: [Double] {
        [
            Double(count), base, peak == nil ? 0 : 1, peak ?? 0, Double(alarmStep ?? 0),
        ] + recent
    }

    /// - Returns: Whether these numbers are those of such a course.
    mutating func restore(_ saved: [Double]) -> Bool {
        guard saved.count >= 5, let count = Int(exactly: saved[0]), count >= 0,
            let step = Int(exactly: saved[4]), step >= 0,
            saved.count - 5 == min(count, window)
        else { return false }
        self.count = count
        base = saved[1]
        peak = saved[2] == 1 ? saved[3] : nil
        alarmStep = step == 0 ? nil : step
        recent = Array(saved[5...])
        return true
    }
}
