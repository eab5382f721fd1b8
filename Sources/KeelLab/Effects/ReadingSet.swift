/// Which readings of which arms are meant.
public struct Side: Hashable, Sendable, Codable, CustomStringConvertible {
    /// Arms of all seeds with this name.
    public var group: String
    /// `plain`, `scale 3.0`, `pull`.
    public var condition = PanelLog.plain
    /// Steps done; nil for the last.
    public var step: Int?

    public init(_ group: String, condition: String = PanelLog.plain, step: Int? = nil) {
        self.group = group
        self.condition = condition
        self.step = step
    }

    public var description: String {
        let place = step.map { ", step \($0)" } ?? ""
        return condition == PanelLog.plain ? group + place : "\(group) (\(condition))\(place)"
    }
}

/// All that was read, by arm, seed, step and condition.
package struct ReadingSet: Sendable {
    private struct Place: Hashable {
        var group: String
        var condition: String
        var step: Int
        var seed: UInt64
    }

    private var readings: [Place: [String: ItemReading]] = [:]
    /// Seeds of each group; the base model has none of its own and goes with all.
    private(set) var seeds: [String: Set<UInt64>] = [:]
    private var last: [String: Int] = [:]
    private(set) var items: [String: PanelItem]

    package init(_ panel: LabPanel) {
        items = Dictionary(panel.items.map { ($0.id, $0) }) { first, _ in first }
    }

    /// The same of a smaller panel: what was read at several steps is compared on the same items.
    package func only(_ panel: LabPanel) -> ReadingSet {
        let kept = Set(panel.items.map(\.id))
        var set = self
        set.items = items.filter { kept.contains($0.key) }
        return set
    }

    package mutating func add(_ entries: [PanelLog.Entry], group: String, seed: UInt64) {
        for entry in entries {
            let place = Place(
                group: group, condition: entry.condition, step: entry.step, seed: seed)
            readings[place] = Dictionary(entry.readings.map { ($0.item, $0) }) { first, _ in first }
            last[group] = max(last[group] ?? 0, entry.step)
        }
        if group != LabPlan.Group.base { seeds[group, default: []].insert(seed) }
    }

    /// Readings of one side at one seed; nil where there are none.
    func readings(_ side: Side, seed: UInt64) -> [String: ItemReading]? {
        let own = side.group == LabPlan.Group.base ? 0 : seed
        guard let step = side.step ?? last[side.group] else { return nil }
        return readings[
            Place(group: side.group, condition: side.condition, step: step, seed: own)]
    }

    /// Mean log-probability per token of neutral text; nil where it was not read.
    func neutral(_ side: Side, seed: UInt64) -> Double? {
        guard let own = readings(side, seed: seed) else { return nil }
        let levels = own.values.filter { items[$0.item]?.kind == .neutral }
            .sorted { $0.item < $1.item }.map(\.good)
        return levels.isEmpty ? nil : levels.reduce(0, +) / Double(levels.count)
    }

    /// Seeds that all sides have; one where only the base model is meant.
    func seeds(of sides: [Side]) -> [UInt64] {
        let own = sides.filter { $0.group != LabPlan.Group.base }.map { seeds[$0.group] ?? [] }
        guard let first = own.first else { return [0] }
        return own.dropFirst().reduce(first) { $0.intersection($1) }.sorted()
    }
}
