import KeelLab

// The plans that ship; docs/tour.md has what each is expected to take.
extension TourPlan {
    /// A first look: under 8 minutes on two cores for the default model, by its budget.
    static let quick = TourPlan(
        name: "quick", map: Map(isQuick: true, maxTokens: 40),
        shape: Shape(messages: 4, answers: 2, maxTokens: 64, steps: 6),
        inside: Inside(tokens: 10_000, latents: 512, pairs: 24),
        tune: Tune(steps: 10, benign: 4, falseAlarms: 0.2, asked: 8, every: 5),
        diff: Diff(questions: 1, maxTokens: 32, screened: 1, strengths: [0.4]),
        mend: Mend(rows: 80, steps: 20, relapse: 0, followed: 8), panel: .small)

    /// What is done unless something else is asked for: under 14 minutes.
    static let usual = TourPlan(
        name: "usual", map: Map(isQuick: true, maxTokens: 64),
        shape: Shape(messages: 8, answers: 2, maxTokens: 80, steps: 12),
        inside: Inside(tokens: 30_000, latents: 1024, pairs: 48),
        tune: Tune(steps: 20, benign: 9, falseAlarms: 0.1, asked: 12, every: 10),
        diff: Diff(questions: 2, maxTokens: 40, screened: 1, strengths: [0.4]),
        mend: Mend(relapse: 0, followed: 12),
        panel: LabPanel.Size(usual: 3, reversed: 1, open: 4, tasks: 3, neutral: 3))

    /// Maps of all probes, more monitored runs, and a look whether mending lasts: under 25 minutes.
    static let whole = TourPlan(
        name: "whole", map: Map(isQuick: false, maxTokens: 48),
        shape: Shape(messages: 12, answers: 2, maxTokens: 96, steps: 24),
        inside: Inside(tokens: 60_000, latents: 2048, pairs: 70),
        tune: Tune(steps: 20, benign: 19, falseAlarms: 0.05, every: 10),
        diff: Diff(questions: 3, maxTokens: 40, screened: 2, strengths: [0.4]),
        mend: Mend(relapse: 60), panel: .whole)
}
