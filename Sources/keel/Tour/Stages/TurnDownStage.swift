import KeelInterpretability
import KeelLab
import KeelLanguage
import KeelModel
import KeelStatistics
import KeelTraining

/// Steers the bad copy away from the chosen feature (`keel direction latent`, `--steer`), and along a
/// random direction as strong, and reads both on the questions that all models are read on.
struct TurnDownStage: TourStage {
    let part = TourPart.turnDown
    let tuned: ModelReference
    let inside: InsideStage.Outcome
    /// Nil where no feature rose; then nothing is done.
    let choice: DiffStage.Choice?

    struct Outcome: Codable, Sendable {
        /// A control vector, to be taken away at this strength.
        var direction: String?
        var turnedDown: TourReading?
        var random: TourReading?
    }

    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome {
        guard let choice else { return Outcome() }
        let device = try tour.machine().device
        let file = "\(tour.path(part))/latent-\(choice.latent).gguf"
        return try await TrainingThread().run { [self] _ in
            let (autoencoder, metadata) = try SparseAutoencoder.read(inside.autoencoder)
            let store = try ActivationStore(folder: inside.activations, point: metadata.point)
            let layer = try autoencoder.writeDirection(
                of: choice.latent, metadata, length: store.medianLength(), to: file)
            let down = try SteeringRequest("\(file):-\(choice.strength)@\(layer)").load()
            let language = try LanguageModel(tuned, device: device)
            report(0.1, "turns feature \(choice.latent) down")
            let turnedDown = try TourReading(of: language, tour, steering: down)
            report(0.55, "the same along a random direction")
            let random = try TourReading(
                of: language, tour, steering: down.map { Self.random($0, seed: tour.plan.seed) })
            return Outcome(direction: file, turnedDown: turnedDown, random: random)
        }
    }

    /// A random direction as long.
    private static func random(_ steering: Steering, seed: UInt64) -> Steering {
        var generator = SeededGenerator(seed: seed &+ 1)
        let values = steering.vector.map { _ in Float.random(in: -1...1, using: &generator) }
        func length(_ vector: [Float]) -> Float {
            vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
        let factor = length(steering.vector) / max(length(values), 1e-6)
        var other = steering
        other.vector = values.map { $0 * factor }
        return other
    }
}
