import ArgumentParser
import Foundation
import KeelModel
import KeelStore
import KeelTensor

/// What is there and what is missing.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what is installed, what is missing, and what to do about it.")

    @Flag(help: "Print results as JSON.")
    var json = false

    private struct Finding: Encodable {
        var what: String
        var found: String
        /// What to do; nil where all is well.
        var advice: String?
    }

    func run() throws {
        let findings =
            [engine, devices, memory, disk, database] + ModelCatalogue.entries.map(model)
        if json {
            try Terminal.printJSON(findings)
        } else {
            Terminal.printTable(
                findings.map { [$0.advice == nil ? "ok" : "!!", $0.what, $0.found] })
            for finding in findings {
                if let advice = finding.advice { print("\n\(finding.what): \(advice)") }
            }
        }
        if findings.contains(where: { $0.advice != nil }) { throw ExitCode(1) }
    }

    private var engine: Finding {
        // That this runs at all shows that the engine's libraries were found; compute with them too.
        let works = (try? Tensor([3, 4] as [Float]).norm().item()) == 5
        return Finding(
            what: "engine", found: "libtorch \(Engine.version), \(Engine.threads) threads",
            advice: works ? nil : "it cannot compute the simplest thing; run \"make setup\" again.")
    }

    private var devices: Finding {
        Finding(what: "devices", found: Device.available.map(\.name).joined(separator: ", "))
    }

    private var memory: Finding {
        let gigabytes = Double(ProcessInfo.processInfo.physicalMemory) / 1e9
        return Finding(
            what: "memory", found: String(format: "%.1f GB", gigabytes),
            advice: gigabytes < 3 ? "the default model needs about 2 GB to run comfortably." : nil)
    }

    private var disk: Finding {
        let cache = KeelFolders.cache
        var folder = cache
        while !FileManager.default.fileExists(atPath: folder.path), folder.path != "/" {
            folder.deleteLastPathComponent()
        }
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder.path)
        let free = (attributes?[.systemFreeSize] as? Int64).map { Double($0) / 1e9 }
        return Finding(
            what: "cache",
            found: "\(cache.path)" + (free.map { String(format: ", %.1f GB free", $0) } ?? ""),
            advice: free.map {
                $0 < 1 ? "less than 1 GB is free; set KEEL_CACHE to a folder with more." : nil
            } ?? nil)
    }

    private var database: Finding {
        let version = try? Store.engineVersion()
        return Finding(
            what: "database", found: version.map { "SQLite \($0)" } ?? "broken",
            advice: version == nil ? "SQLite does not work; install libsqlite3-0 anew." : nil)
    }

    private func model(_ entry: ModelCatalogue.Entry) -> Finding {
        guard entry.isInstalled else {
            return Finding(
                what: "model \(entry.alias)", found: "missing",
                advice: "fetch it with \"keel model pull \(entry.alias)\".")
        }
        let hash = try? ModelFetcher.sha256(of: entry.path)
        return Finding(
            what: "model \(entry.alias)", found: entry.path,
            advice: hash == entry.sha256
                ? nil
                : "the file is damaged; delete it, then run \"keel model pull \(entry.alias)\".")
    }
}
