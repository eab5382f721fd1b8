import KeelLab
import KeelLanguage
import KeelModel
import KeelTraining

/// Reads every model of the story on the same questions, which none was trained on.
struct ReadStage: TourStage {
    let part = TourPart.read
    /// By name, in the order of the story.
    let models: [TourModel: ModelReference]

    struct Outcome: Codable, Sendable {
        var readings: [TourModel: TourReading]
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        var readings: [TourModel: TourReading] = [:]
        let all = TourModel.allCases.filter { models[$0] != nil }
        for (number, name) in all.enumerated() {
            guard let reference = models[name] else { continue }
            try Task.checkCancellation()
            report(Double(number) / Double(all.count), name.title)
            let device = try tour.machine().device
            // What was read is on disk, so that a kill costs one model's reading.
            let reading: TourReading = try await tour.folder.stage(
                "\(part.rawValue)/\(name.rawValue).json"
            ) {
                try await TrainingThread().run { _ in
                    try TourReading(of: LanguageModel(reference, device: device), tour)
                }
            }
            readings[name] = reading
        }
        return Outcome(readings: readings)
    }
}
