/// What a stage says of how far it is: a share from 0 to 1, and words.
typealias TourProgress = @Sendable (_ share: Double, _ words: String) -> Void

/// One part of the tour as a value: what it is given are outcomes of parts before it, and what it
/// makes lies in its folder.
protocol TourStage: Sendable {
    /// What the rest of the story takes from it; `done.json` of its folder.
    associatedtype Outcome: Codable & Sendable

    var part: TourPart { get }

    /// Does what is missing in the stage's folder, which is there.
    /// - Throws: `CancellationError`, after which the same call goes on; errors of the work.
    func run(_ tour: Tour, _ report: @escaping TourProgress) async throws -> Outcome
}
