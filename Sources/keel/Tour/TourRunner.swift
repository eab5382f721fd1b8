import Foundation
import KeelLab

/// Does the stages of a tour one after the other; what is done is taken from its folder.
///
/// A stage's marker, `done.json`, is on disk with all that the stage wrote before the next one
/// begins, and says which marker came before it: a tour killed at any moment goes on, and a part that
/// was made anew is not mixed with what rests on the old one.
struct TourRunner {
    let tour: Tour
    /// The last part that is done.
    let last: TourPart
    private let clock: TourClock
    private var before: UUID?

    private struct Marker<Outcome: Codable & Sendable>: Codable, Sendable {
        var id: UUID
        var before: UUID?
        /// Of all sittings but those that were killed.
        var seconds: Double
        var outcome: Outcome
    }

    init(_ tour: Tour, until last: TourPart) {
        self.tour = tour
        self.last = last
        let parts = TourPart.allCases
        let end = parts.firstIndex(of: last) ?? parts.count - 1
        clock = TourClock(Array(parts[...end]), tour.plan)
    }

    /// Whether the story ends with a part.
    func ends(with part: TourPart) -> Bool { part == last }

    /// Leaves the line of progress standing.
    func finish() { clock.finish() }

    /// Does a stage, or takes what it has left.
    /// - Throws: `LabError.unreadable` for a marker of another story; what the stage throws.
    mutating func outcome<Stage: TourStage>(of stage: Stage) async throws -> Stage.Outcome {
        let name = stage.part.rawValue + "/done.json"
        let old: Marker<Stage.Outcome>? = try tour.folder.stored(name)
        if let old {
            guard old.before == before else {
                throw LabError.unreadable(
                    path: tour.folder.path + "/" + name,
                    reason: "what it rests on was made anew since; remove the folders of this part "
                        + "and of those after it")
            }
            before = old.id
            clock.skip(stage.part)
            return old.outcome
        }
        try Task.checkCancellation()
        let folder = tour.path(stage.part)
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        clock.begin(stage.part)
        let start = ContinuousClock.now
        let outcome = try await stage.run(tour) { [clock] share, words in
            clock.update(share, words)
        }
        try Self.synchronize(folder)
        let marker = Marker(
            id: UUID(), before: before, seconds: (ContinuousClock.now - start) / .seconds(1),
            outcome: outcome)
        try tour.folder.write(marker, name)
        before = marker.id
        clock.end(stage.part)
        // The whole need not be over before there is something to look at.
        let page = folder + "/report.html"
        if FileManager.default.fileExists(atPath: page) {
            Terminal.note("Done: \(stage.part.title). Its page: \(page)")
        }
        return outcome
    }

    /// Has all files below a folder on disk.
    private static func synchronize(_ folder: String) throws {
        let files = FileManager.default.enumerator(
            at: URL(filePath: folder), includingPropertiesForKeys: [.isRegularFileKey])
        while let file = files?.nextObject() as? URL {
            guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true
            else { continue }
            let handle = try FileHandle(forReadingFrom: file)
            try handle.synchronize()
            try handle.close()
        }
    }
}
