import ArgumentParser
import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTraining
import Yams

/// A file of monitors on its way into a training run.
struct Watching: Sendable {
    let file: WatchFile
    private let calibration: WatchCalibration?
    private let post: AlarmPost?

    /// Reads and checks the file, and the calibration that it names.
    /// - Throws: `ValidationError` naming the file; `TrainingError`, `LanguageError`.
    init(_ path: String) throws {
        var file = try Self.decode(path)
        do {
            try file.resolve()
        } catch {
            throw ValidationError("\(path): \(error)")
        }
        let calibration = try file.calibration.map { try WatchCalibration(contentsOf: $0) }
        if let calibration {
            for monitor in file.monitors {
                if try calibration.limit(for: monitor) != nil { continue }
                Terminal.note(
                    "\(monitor.name) is not in \(file.calibration ?? ""); it is only written down.")
            }
        }
        self.file = file
        self.calibration = calibration
        post = try file.webhook.map(AlarmPost.init)
    }

    private static func decode(_ path: String) throws -> WatchFile {
        let text = try TextFile.read(path)
        do {
            return try YAMLDecoder().decode(WatchFile.self, from: text)
        } catch let error as DecodingError {
            throw ValidationError("\(path) \(Self.reason(error))")
        } catch {
            throw ValidationError("\(path) is no YAML: \(error)")
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ path: [any CodingKey]) -> String {
            let words = path.map { $0.intValue.map { "item \($0 + 1)" } ?? $0.stringValue }
            return words.isEmpty ? "" : "(\(words.joined(separator: ", ")))"
        }
        return switch error {
        case .keyNotFound(let key, let context):
            "\(place(context.codingPath)): the field \"\(key.stringValue)\" is missing."
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            "\(place(context.codingPath)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    /// Has a run watched.
    /// - Throws: `ValidationError` where the limits were set for another model.
    func watch(_ job: inout TrainingJob) throws {
        job.settings.facts[WatchedRun.fact] = try WatchedRun.description(of: file.monitors)
        if let calibration {
            if let source = calibration.runs.first, source.model != job.settings.model {
                throw ValidationError(
                    "\(file.calibration ?? "") sets limits for \(source.model), not for "
                        + "\(job.settings.model).")
            }
            job.settings.facts["watch limits"] = file.monitors.compactMap { monitor in
                (try? calibration.limit(for: monitor)).map { "\(monitor.name) \($0.value)" }
            }.joined(separator: ", ")
            if !file.actions.isEmpty {
                job.settings.facts["watch actions"] =
                    file.actions.map(\.rawValue).joined(separator: " ")
            }
        }
        job.makeObservers = { [self] watched in [try observer(watched)] }
    }

    private func observer(_ run: TrainingJob.Watched) throws -> Watch {
        if run.group.rank == 0 { file.warnings(steps: run.steps).forEach(Terminal.note) }
        let watched = try file.monitors.map { settings in
            Watch.Watched(
                settings, try monitor(settings, run), limit: try calibration?.limit(for: settings))
        }
        return Watch(
            watched, stops: !file.actions.isEmpty, horizon: calibration?.horizon ?? .max,
            folder: run.out, group: run.group
        ) { [post] alarm in
            Terminal.note(alarm.message)
            post?.send(alarm)
        }
    }

    private func monitor(_ settings: MonitorSettings, _ run: TrainingJob.Watched) throws
        -> any Monitor
    {
        let name = settings.name
        switch settings.kind {
        case .loss: return LossMonitor()
        case .steps: return StepMonitor()
        case .drift:
            guard let adapter = run.adapter else {
                throw ValidationError(
                    "The monitor \(name) measures how far an adapter has gone; the whole model is "
                        + "trained here.")
            }
            return DriftMonitor(adapter, every: settings.every)
        case .probes:
            return ProbeMonitor(
                try GapMeasure(settings.file ?? "", of: run.language), every: settings.every)
        case .direction:
            let words = settings.layer.map { "@\($0)" } ?? ""
            let all = try SteeringRequest("\(settings.file ?? ""):1\(words)").load()
            guard all.count == 1, let one = all.first else {
                throw ValidationError(
                    "The file of the monitor \(name) has directions for \(all.count) layers; name "
                        + "one by layer.")
            }
            try one.validate(for: run.language.model.configuration)
            return StreamMonitor(
                layer: one.layer, tokens: settings.tokens,
                readout: try StreamReadout.along(one.vector))
        case .latents:
            let (autoencoder, metadata) = try SparseAutoencoder.read(settings.file ?? "")
            try metadata.checkIsOfOneModel()
            let sizes = run.language.model.configuration
            guard
                case .residPost(let layer)? = HookPoint(
                    metadata.point, layers: sizes.numHiddenLayers),
                layer == settings.layer ?? layer, autoencoder.width == sizes.hiddenSize
            else {
                throw ValidationError(
                    "The autoencoder of the monitor \(name) reads \(metadata.point), "
                        + "\(autoencoder.width) wide; a block's output of this model is needed.")
            }
            return StreamMonitor(
                layer: layer, tokens: settings.tokens,
                readout: try StreamReadout.latents(settings.latents ?? [], of: autoencoder))
        }
    }

    /// Waits until alarms are posted, or have failed to be.
    func finish() async { await post?.finish() }
}
