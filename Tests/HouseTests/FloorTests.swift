import Foundation
import Testing

/// Holds the target graph of the manifest to the floors of the house (docs/house.md).
@Suite struct FloorTests {
    /// A module imports only modules of floors below its own; within floor 0, only the engine's shim
    /// stands under anything.
    static let floors: [String: Int] = [
        "CTorch": -1, "KeelTensor": 0, "KeelFormats": 0, "KeelTokenizer": 0, "KeelLanguage": 0,
        "KeelStatistics": 0,
        "KeelModel": 1, "KeelTraining": 2, "KeelInterpretability": 2, "KeelRemote": 2,
        "KeelLab": 3, "KeelCharacter": 3,
        "KeelEvaluation": 3, "KeelGuardian": 3, "KeelReport": 3, "KeelStore": 3, "KeelServer": 4,
        "keel": 5,
        // Above all, so that nothing imports it: what tests share.
        "TestSupport": 6,
    ]
    /// Modules that must work without the engine, however many floors lie between.
    static let engineFree: Set = [
        "KeelFormats", "KeelTokenizer", "KeelLanguage", "KeelStatistics", "KeelRemote",
        "KeelEvaluation",
        "KeelCharacter", "KeelGuardian", "KeelReport", "KeelStore", "KeelServer",
    ]

    @Test func `every module stands on its floor`() throws {
        let targets = try Self.targets()
        #expect(targets.count >= 9)
        for (name, dependencies) in targets {
            let floor = try #require(
                Self.floors[name], "\(name) has no floor: give it one here and in docs/house.md")
            for dependency in dependencies {
                let below = try #require(Self.floors[dependency])
                #expect(
                    below < floor, "\(name) (floor \(floor)) imports \(dependency) (floor \(below))"
                )
            }
        }
    }

    @Test func `what needs no engine does not reach it by a detour`() throws {
        let targets = try Self.targets()
        func reach(_ name: String) -> Set<String> {
            (targets[name] ?? []).reduce(into: []) { $0.formUnion(reach($1).union([$1])) }
        }
        for name in targets.keys where Self.engineFree.contains(name) {
            #expect(!reach(name).contains("CTorch"), "\(name) reaches the engine")
        }
        #expect(targets.filter { $0.value.contains("CTorch") }.keys.sorted() == ["KeelTensor"])
    }

    @Test func `sources import only what the manifest declares`() throws {
        for (name, dependencies) in try Self.targets() where name != "CTorch" {
            let folder = Self.root.appending(
                path: name == "TestSupport" ? "Tests/Support" : "Sources/\(name)")
            for case let file as URL in FileManager.default.enumerator(
                at: folder, includingPropertiesForKeys: nil) ?? .init()
            where file.pathExtension == "swift" {
                let text = try String(contentsOf: file, encoding: .utf8)
                for line in text.split(separator: "\n")
                where line.contains("import ") && !line.hasPrefix(" ") {
                    let module = line.split(separator: " ").last.map(String.init) ?? ""
                    if Self.floors[module] != nil {
                        #expect(
                            dependencies.contains(module),
                            "\(name)/\(file.lastPathComponent) imports \(module)")
                    }
                }
            }
        }
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Keel's own modules and what they depend on of Keel, as the package manager reads the manifest.
    private static func targets() throws -> [String: [String]] {
        struct Manifest: Decodable {
            struct Target: Decodable {
                struct Dependency: Decodable {
                    var byName: [String?]?
                }
                var name: String
                var type: String
                var dependencies: [Dependency]
            }
            var targets: [Target]
        }
        // A scratch folder of its own: the usual one is locked while tests run.
        let scratch = FileManager.default.temporaryDirectory.appending(
            path: "keel-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--package-path", root.path, "--scratch-path", scratch.path,
            "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let manifest = try JSONDecoder().decode(Manifest.self, from: data)
        return Dictionary(
            uniqueKeysWithValues: manifest.targets.filter { $0.type != "test" }.map { target in
                (target.name, target.dependencies.compactMap { $0.byName?.first ?? nil })
            })
    }
}
