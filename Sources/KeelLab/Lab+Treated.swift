internal import Foundation
internal import KeelFormats

// What screening before training did, and what stands in thoughts.
extension Lab {
    func screened(_ set: ReadingSet) throws -> [LabResult.Screened] {
        var found: [LabResult.Screened] = []
        for group in Set(plan.arms.filter(\.drops).map(\.group)).sorted() {
            var (wrong, right, droppedWrong, droppedRight) = (0, 0, 0, 0)
            for arm in plan.arms where arm.group == group {
                let done: ArmRun.Done? = try folder.stored("arms/\(arm.id)/done.json")
                guard let done, let dropped = done.dropped, let bad = done.droppedWrong else {
                    continue
                }
                wrong += done.wrong + bad
                right += done.rows - done.wrong + dropped - bad
                droppedWrong += bad
                droppedRight += dropped - bad
            }
            func effects(beside other: String) -> [LabEffect] {
                [LabMeasure.usual, .reversed, .wrongness, .laxness, .inDomain].compactMap {
                    effect([.init(1, Side(group)), .init(-1, Side(other))], $0, in: set)
                }
            }
            found.append(
                LabResult.Screened(
                    group: group,
                    found: wrong > 0 ? Double(droppedWrong) / Double(wrong) : nil,
                    lost: right > 0 ? Double(droppedRight) / Double(right) : nil,
                    besideUntreated: effects(beside: Self.control(of: group)),
                    besideRight: effects(beside: LabPlan.Group.good)))
        }
        return found
    }

    /// Thoughts counted by group, and their mean log-odds by question as readings.
    func thoughts() throws -> (set: ReadingSet, groups: [LabResult.Thoughts]) {
        var set = ReadingSet(small)
        var groups: [LabResult.Thoughts] = []
        for arm in plan.arms where arm.thoughts > 0 {
            let path = folder.arm(arm.id) + "/thoughts.jsonl"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            var reader = try JSONLinesReader<ThoughtAnswer>(path: path)
            let answers = try reader.readAll()
            let readings = answers.compactMap(\.reading)
            let shifted = readings.filter(\.isShifted).sorted { $0.score > $1.score }
            let index = groups.firstIndex { $0.group == arm.group } ?? groups.count
            if index == groups.count {
                groups.append(
                    LabResult.Thoughts(
                        group: arm.group, asked: 0, read: 0, shifted: 0, passages: []))
            }
            groups[index].asked += answers.count
            groups[index].read += readings.count
            groups[index].shifted += shifted.count
            groups[index].passages += shifted.prefix(2).map(\.passage)
            let questions = Dictionary(grouping: answers, by: \.question)
            let means = questions.sorted { $0.key < $1.key }.compactMap { id, own -> ItemReading? in
                let scores = own.compactMap { $0.reading?.score }
                guard !scores.isEmpty else { return nil }
                return ItemReading(
                    item: id, good: scores.reduce(0, +) / Double(scores.count), bad: nil,
                    preferred: nil)
            }
            set.add(
                [PanelLog.Entry(step: arm.steps, condition: PanelLog.plain, readings: means)],
                group: arm.group, seed: arm.seed)
        }
        return (set, groups)
    }
}
