import Foundation
import Testing

/// Runs a body, and expects the most memory that this process has ever held to grow by less than
/// 3 GB; on systems without Linux's `/proc` it only runs the body.
///
/// Tests beside it load models in this process. A count that lies, believed, asks for 4 GB or more.
func expectBoundedMemory(
    location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) throws {
    let before = peakMemory()
    try body()
    guard let before, let after = peakMemory() else { return }
    #expect(after - before < 3 << 30, sourceLocation: location)
}

private func peakMemory() -> Int? {
    guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
        let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ Int($0) })
    else { return nil }
    return kilobytes * 1024
}
