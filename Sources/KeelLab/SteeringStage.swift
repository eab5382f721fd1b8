internal import KeelLanguage
internal import KeelModel
internal import KeelStatistics
internal import KeelTensor
internal import KeelTraining

/// Steers the base model the wrong way and the bad arm back, and reads the small panel of both.
struct SteeringStage: Sendable {
    /// How the stream is changed, by the name of the condition in an arm's `panel.jsonl`.
    enum Condition: String, CaseIterable, Sendable {
        /// Towards wrong answers.
        case push
        /// Away from them.
        case pull
        /// The direction is taken out.
        case removed
        /// A random direction as strong as `push` (of the base model) or `pull` (of an arm).
        case random
    }

    let folder: LabFolder
    let model: ModelReference
    let device: Device
    /// Advice and neutral text of the small panel.
    let panel: LabPanel
    let direction: LabDirection
    /// Stands before conditions' names, to tell directions apart.
    let prefix: String

    init(
        folder: LabFolder, model: ModelReference, device: Device, panel: LabPanel,
        direction: LabDirection, prefix: String = ""
    ) {
        self.prefix = prefix
        self.folder = folder
        self.model = model
        self.device = device
        self.panel = LabPanel(
            panel.items.filter { [.usual, .reversed, .neutral].contains($0.kind) })
        self.direction = direction
    }

    /// Strengths that are tried, in median lengths of the stream.
    static let strengths = [0.1, 0.2, 0.4, 0.8]
    /// By how much of itself the log-probability of neutral text may fall: what keeps text text.
    static let limit = 0.1

    struct Strength: Codable, Sendable {
        var strength: Double
        var isTooStrong: Bool
    }

    /// The strongest push and pull of the base model that leave the panel's neutral text nearly as probable.
    func strength(_ language: LanguageModel) throws -> Strength {
        let neutral = LabPanel(panel.items.filter { $0.kind == .neutral })
        func level(_ steering: [Steering]) throws -> Double {
            let values = try neutral.read(language, steering: steering).map(\.good)
            return values.reduce(0, +) / Double(max(1, values.count))
        }
        let usual = try level([])
        var found: Double?
        for strength in Self.strengths {
            let worst = try min(
                level([direction.steering(.add(strength))]),
                level([direction.steering(.add(-strength))]))
            guard worst >= usual - Self.limit * abs(usual) else { break }
            found = strength
        }
        return Strength(strength: found ?? Self.strengths[0], isTooStrong: found == nil)
    }

    /// Conditions that are read of a group.
    static func conditions(of group: String) -> [Condition] {
        switch group {
        case LabPlan.Group.base: [.push, .random]
        case LabPlan.Group.bad: [.pull, .random]
        case LabPlan.Group.blocked: [.removed]
        default: []
        }
    }

    /// Reads what is missing of an arm, or of the base model where there is no arm.
    func run(_ arm: Arm?, _ strength: Double) async throws {
        let group = arm?.group ?? LabPlan.Group.base
        let id = arm?.id ?? LabPlan.Group.base
        let conditions = Self.conditions(of: group)
        let done = Set(try PanelLog.entries(folder.panel(id)).map(\.condition))
        guard !conditions.allSatisfy({ done.contains(prefix + $0.rawValue) }) else { return }
        try await TrainingThread().run { _ in
            let adapters =
                arm.map { [$0.start, $0.id].compactMap(\.self).map(folder.adapter) } ?? []
            let language = try LanguageModel(
                ModelReference(base: model.base, adapters: model.adapters + adapters),
                device: device)
            let log = try PanelLog(path: folder.panel(id))
            let step = log.entries.map(\.step).max() ?? 0
            for condition in conditions {
                let change = self.change(condition, strength, isBase: arm == nil)
                try log.entry(step: step, condition: prefix + condition.rawValue) {
                    try panel.read(language, steering: [change])
                }
            }
        }
    }

    private func change(_ condition: Condition, _ strength: Double, isBase: Bool) -> Steering {
        switch condition {
        case .push: return direction.steering(.add(strength))
        case .pull: return direction.steering(.add(-strength))
        case .removed: return direction.steering(.remove)
        case .random:
            var random = SeededGenerator(seed: 1)
            let values = direction.vector.map { _ in Float.random(in: -1...1, using: &random) }
            func length(_ vector: [Float]) -> Float {
                vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            }
            let factor = length(direction.vector) / max(length(values), 1e-6)
            return Steering(
                vector: values.map { $0 * factor }, layer: direction.layer,
                action: .add(isBase ? strength : -strength))
        }
    }
}
