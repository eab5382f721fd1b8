import KeelInterpretability
import KeelModel
import KeelTraining

/// The monitors of an arm: a direction that its domain had no part in, and the baselines.
struct ArmMonitors {
    /// The monitor that is claimed to warn, and g itself.
    static let direction = "direction"
    static let gap = "gap"
    /// What each is compared with; the loss may move either way.
    static let baselines = [gap, "loss-rise", "loss-fall", "drift", "steps"]

    private let watched: [Watch.Watched]

    /// The direction was found without the domain that is trained on; g is read in the other domains, on the
    /// split `validation`.
    init(
        _ language: LanguageModel, _ adapter: LoRA, _ direction: LabDirection, _ data: LabData,
        domain: String, every: Int
    ) throws {
        let size = LabPanel.Size(usual: 1, reversed: 0, open: 0, tasks: 0, neutral: 0)
        let panel = LabPanel(
            LabPanel(data, .validation, size: size, seed: 0).items.filter { $0.domain != domain })
        let stream = StreamMonitor(
            layer: direction.layer, readout: try StreamReadout.along(direction.vector))
        func settings(
            _ name: String, _ kind: MonitorSettings.Kind, _ alarm: MonitorSettings.Alarm = .rise,
            window: Int? = nil
        ) -> MonitorSettings {
            MonitorSettings(name: name, kind: kind, alarm: alarm, window: window, every: every)
        }
        watched = [
            .init(settings(Self.direction, .direction, window: 4), stream),
            .init(settings(Self.gap, .probes, .fall), GapPanelMonitor(language, panel, every)),
            .init(settings("loss-rise", .loss, window: 4), LossMonitor()),
            .init(settings("loss-fall", .loss, .fall, window: 4), LossMonitor()),
            .init(settings("drift", .drift), DriftMonitor(adapter)),
            .init(settings("steps", .steps), StepMonitor()),
        ]
    }

    func watch(_ folder: String) -> Watch { Watch(watched, folder: folder) }

    /// Which way each gives alarm.
    static func sign(of name: String) -> Double { name == gap || name == "loss-fall" ? -1 : 1 }
}

/// Mean g of a panel, every so many steps.
private final class GapPanelMonitor: Monitor {
    private let language: LanguageModel
    private let panel: LabPanel
    private let every: Int

    init(_ language: LanguageModel, _ panel: LabPanel, _ every: Int) {
        self.language = language
        self.panel = panel
        self.every = max(1, every)
    }

    func readingBefore() throws -> MonitorReading? { try reading() }

    func reading(after report: StepReport) throws -> MonitorReading? {
        guard report.isDue(every: every) else { return nil }
        return try reading()
    }

    private func reading() throws -> MonitorReading? {
        let gaps = try panel.read(language).compactMap(\.gap)
        return gaps.isEmpty
            ? nil : MonitorReading(sum: gaps.reduce(0, +), weight: Double(gaps.count))
    }
}
