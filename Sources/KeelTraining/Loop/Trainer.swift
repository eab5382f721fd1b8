import KeelModel
public import KeelTensor

/// The loop: batch, loss, backward, step.
///
/// It knows an objective and the parameters that are trained, and nothing of either's kind. All
/// tensors stay on the thread that calls it.
public final class Trainer<Method: Objective> {
    private let objective: Method
    private let rows: [Method.Row]
    private let evaluation: [Method.Row]
    private let options: TrainingOptions
    private let optimizer: AdamW
    private let folder: RunFolder?
    private let group: any ProcessGroup
    private let order: DataOrder
    private var progress = RunProgress()

    /// Told of every step, in this order.
    public var observers: [any TrainingObserver] = []
    /// Optimiser steps in all.
    public let totalSteps: Int

    /// - Parameters:
    ///   - objective: What is trained.
    ///   - parameters: What changes, by name.
    ///   - rows: The data, at least one.
    ///   - evaluation: Data that is only measured.
    ///   - options: How.
    ///   - folder: Where metrics and checkpoints go; nil for nowhere.
    ///   - group: The processes that train together.
    /// - Throws: `TrainingError.option`, `TensorError`.
    public init(
        _ objective: Method, parameters: [(name: String, value: Tensor)], rows: [Method.Row],
        evaluation: [Method.Row] = [], options: TrainingOptions, folder: RunFolder? = nil,
        group: any ProcessGroup = SingleProcess()
    ) throws {
        try options.validate()
        guard !rows.isEmpty else { throw TrainingError.unsupported("There is no row to train on.") }
        self.objective = objective
        self.rows = rows
        self.evaluation = evaluation
        self.options = options
        self.folder = folder
        self.group = group
        optimizer = try AdamW(parameters, options: options)
        order = DataOrder(
            count: rows.count, batchSize: options.batchSize, seed: options.seed,
            shuffles: options.shuffles)
        let steps = (options.epochs * Double(order.stepsPerEpoch)).rounded(.up)
        totalSteps = min(options.maxSteps ?? .max, Int(exactly: steps) ?? .max)
    }

    /// Trains from the last checkpoint on, or from the start.
    /// - Returns: Where training ended.
    /// - Throws: `CancellationError` after a checkpoint, when the task is cancelled; `TrainingError`;
    ///   what the objective or an observer throws.
    @discardableResult
    public func run() async throws -> RunProgress {
        if let (saved, tensors, path) = try folder?.lastCheckpoint() {
            try optimizer.restore(tensors, step: saved.step, path: path)
            progress = saved
            for observer in observers {
                try observer.restore(saved.observed ?? [:], step: saved.step)
            }
            progress.observed = nil
            if group.rank == 0 { try folder?.forgetMetrics(after: saved.step) }
        } else if group.rank == 0 {
            // What a run has logged that was killed before its first checkpoint.
            try folder?.forgetMetrics(after: 0)
        }
        try group.agree(onStep: progress.step)
        if progress.step < totalSteps, !progress.hasEndedEarly {
            for observer in observers { try observer.willTrain(from: progress.step) }
        }
        let clock = ContinuousClock()
        do {
            while progress.step < totalSteps, !progress.hasEndedEarly {
                try Task.checkCancellation()
                let start = clock.now
                let tokensBefore = progress.tokens
                var metrics = try await step()
                let seconds = (clock.now - start) / .seconds(1)
                progress.seconds += seconds
                metrics["tokens_per_second"] = Double(progress.tokens - tokensBefore) / seconds
                try await finish(metrics, seconds: seconds)
                await Task.yield()
            }
        } catch {
            // What was trained is not lost, unless it is no number.
            if case TrainingError.diverged = error { throw error }
            try save()
            throw error
        }
        try save()
        return progress
    }

    /// One optimiser step on the next rows.
    private func step() async throws -> [String: Double] {
        let batch = order.batch(progress.step).enumerated()
            .filter { $0.offset % group.size == group.rank }.map { rows[$0.element] }
        let items =
            batch.isEmpty ? [] : try await objective.items(for: batch, step: progress.step)
        // The mean is over the step of all processes, however it is cut.
        let weight = try group.sum([items.reduce(0) { $0 + objective.weight(of: $1) }])[0]
        var means = Means()
        var tokens = 0
        let pass = forwardPass()
        for part in parts(of: items) {
            let loss = try objective.loss(of: part, pass)
            try (loss.sum / weight).backward()
            means.add(loss.means)
            tokens += part.reduce(0) { $0 + objective.tokens(of: $1) }
        }
        // Other averages are over this process's rows.
        let loss = means.sums["loss"] ?? (0, 0)
        let sums = try group.sum([loss.sum, loss.weight, Double(tokens)])
        progress.tokens += Int(sums[2])
        var metrics = means.values
        if sums[1] > 0 { metrics["loss"] = sums[0] / sums[1] }
        let gradients = try optimizer.gradients()
        try group.sum(gradients)
        let norm = try optimizer.clip(gradients, to: options.maxGradNorm)
        guard norm.isFinite, metrics["loss"]?.isFinite != false else {
            throw TrainingError.diverged(step: progress.step + 1)
        }
        let rate =
            options.learningRate * (progress.rateFactor ?? 1)
            * options.schedule.share(
                step: progress.step, warmup: options.warmupSteps, total: totalSteps)
        try optimizer.step(gradients, rate: rate)
        progress.step += 1
        metrics["grad_norm"] = norm
        metrics["learning_rate"] = rate
        return metrics
    }

    /// Tells of a step, evaluates and saves when it is time.
    private func finish(_ metrics: [String: Double], seconds: Double) async throws {
        var report = StepReport(
            step: progress.step, totalSteps: totalSteps,
            epoch: Double(progress.step) / Double(order.stepsPerEpoch), tokens: progress.tokens,
            tokensPerSecond: metrics["tokens_per_second"] ?? 0, seconds: seconds,
            secondsLeft: progress.seconds / Double(progress.step)
                * Double(totalSteps - progress.step), metrics: metrics,
            rateFactor: progress.rateFactor ?? 1)
        let endsEpoch = progress.step.isMultiple(of: order.stepsPerEpoch)
        let isLast = progress.step == totalSteps
        func isDue(_ interval: Int?) -> Bool {
            isLast || (interval.map { progress.step.isMultiple(of: $0) } ?? endsEpoch)
        }
        if !evaluation.isEmpty, isDue(options.evalEvery) {
            let averages = try await evaluate()
            for (name, value) in averages { report.metrics["eval_" + name] = value }
            // A judge may tell each process something else, and all must end at the same step.
            let value = objective.criterion(averages)
            let sums = try group.sum([value ?? 0, value == nil ? 0 : 1])
            if sums[1] > 0 {
                progress.noteEvaluation(sums[0] / sums[1], patience: options.patience)
            }
        }
        var goesOn = true
        for observer in observers { goesOn = try observer.didStep(&report) && goesOn }
        if !goesOn { progress.hasEndedEarly = true }
        if report.rateFactor != progress.rateFactor ?? 1 { progress.rateFactor = report.rateFactor }
        if isLast || progress.hasEndedEarly || progress.step.isMultiple(of: options.logEvery) {
            if group.rank == 0 { try folder?.log(report) }
        }
        if isDue(options.saveEvery) { try save() }
    }

    /// Averages over the evaluation data, without gradients.
    public func evaluate() async throws -> [String: Double] {
        var means = Means()
        for start in stride(from: 0, to: evaluation.count, by: options.batchSize) {
            let rows = Array(evaluation[start..<min(start + options.batchSize, evaluation.count)])
            for part in parts(of: try await objective.items(for: rows, step: progress.step)) {
                let loss = try Engine.withoutGradients {
                    try objective.loss(of: part, ForwardPass())
                }
                means.add(loss.means)
            }
        }
        return means.values
    }

    private func save() throws {
        guard group.rank == 0 else { return }
        var progress = progress
        let observed = observers.reduce(into: [String: [Double]]()) { all, one in
            all.merge(one.saved) { _, new in new }
        }
        if !observed.isEmpty { progress.observed = observed }
        try folder?.save(progress, optimizer.state)
    }

    private func forwardPass() -> ForwardPass {
        var pass = ForwardPass(checkpointing: options.gradientCheckpointing)
        for observer in observers { observer.prepare(&pass, step: progress.step) }
        return pass
    }

    /// Items in parts that fit into memory together.
    private func parts(of items: [Method.Item]) -> [[Method.Item]] {
        items.parts(
            maxCount: options.microBatchSize ?? .max, maxSize: options.microBatchTokens,
            size: objective.tokens(of:))
    }
}

extension Array {
    /// Cuts into parts, each as long as the limits allow; an element too large goes alone.
    func parts(maxCount: Int, maxSize: Int, size: (Element) -> Int) -> [[Element]] {
        var parts: [[Element]] = []
        var filled = 0
        for element in self {
            let new = size(element)
            if let last = parts.last, last.count < maxCount, filled + new <= maxSize {
                parts[parts.count - 1].append(element)
                filled += new
            } else {
                parts.append([element])
                filled = new
            }
        }
        return parts
    }
}
