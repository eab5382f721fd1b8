import Foundation
import KeelFormats

/// A line of a run's file that was written at a step.
protocol StepLine: Codable {
    /// Steps done; 0 is before the first.
    var step: Int { get }
}

/// JSON Lines that go back with the run: what lies behind a checkpoint is forgotten.
struct StepLines<Line: StepLine> {
    let path: String

    /// In order; none where there is no file.
    /// - Throws: `JSONLinesError`, `FileError`.
    func read() throws -> [Line] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        var reader = try JSONLinesReader<Line>(path: path)
        return try reader.readAll()
    }

    func forget(after step: Int) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        // Opening it mends a line that a loss of power tore.
        _ = try JSONLinesWriter(path: path)
        let all = try read()
        guard all.contains(where: { $0.step > step }) else { return }
        try JSONLinesFile.write(to: path) { write in
            for line in all where line.step <= step { try write(line) }
        }
    }
}
