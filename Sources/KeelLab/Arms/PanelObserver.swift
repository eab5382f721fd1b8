import KeelModel
import KeelTraining

/// Reads a panel at some steps of training, on the model's thread.
final class PanelObserver: TrainingObserver {
    private let language: LanguageModel
    private let panel: LabPanel
    private let steps: Set<Int>
    private let log: PanelLog
    private let receive: @Sendable (StepReport) -> Void

    init(
        _ language: LanguageModel, _ panel: LabPanel, at steps: [Int], log: PanelLog,
        receive: @escaping @Sendable (StepReport) -> Void
    ) {
        self.language = language
        self.panel = panel
        self.steps = Set(steps)
        self.log = log
        self.receive = receive
    }

    func didStep(_ report: inout StepReport) throws -> Bool {
        if steps.contains(report.step) {
            try log.entry(step: report.step) { try panel.read(language) }
        }
        receive(report)
        return true
    }
}
