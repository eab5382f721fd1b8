internal import AsyncHTTPClient
internal import Foundation
package import KeelFormats
internal import NIOCore

/// Brings models from the Hugging Face hub, or a server that speaks its protocol, into the cache that
/// other programs read, too.
///
/// A file that broke off goes on from there, in this run or a later one. It gets its name only when its
/// hash is what the hub says, and a model its revision only when all its files are there.
package struct HubDownload: Sendable {
    /// A file's bytes that are there, of so many.
    package typealias Report = @Sendable (_ file: String, _ done: Int, _ total: Int) -> Void

    private let transport: HubTransport
    private let cache: HubCache
    private let isOffline: Bool
    private let retries: RetryPolicy

    /// - Parameters:
    ///   - environment: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HUB_OFFLINE` and those of `HubCache`.
    ///   - retries: How often a file that does not get on is asked for again.
    package init(
        _ environment: [String: String], retries: RetryPolicy = RetryPolicy(retries: 5)
    ) {
        func value(_ name: String) -> String? {
            environment[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        cache = HubCache(environment)
        var endpoint = value("HF_ENDPOINT") ?? "https://huggingface.co"
        while endpoint.hasSuffix("/") { endpoint.removeLast() }
        let home = URL(filePath: cache.folder).deletingLastPathComponent().path
        let stored = try? String(
            contentsOfFile: (value("HF_HOME") ?? home) + "/token", encoding: .utf8)
        let token = (value("HF_TOKEN") ?? stored)?.trimmingCharacters(in: .whitespacesAndNewlines)
        // No header can hold another character.
        let isToken = token.map { $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } } ?? false
        transport = HubTransport(endpoint: endpoint, token: isToken ? token : nil)
        let flags = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"].compactMap(value)
        isOffline = flags.contains { ["1", "ON", "YES", "TRUE"].contains($0.uppercased()) }
        self.retries = retries
    }

    /// - Returns: The folder of the model.
    /// - Throws: `HubError`, `CancellationError`.
    package func pull(
        _ reference: HubReference, report: @escaping Report = { _, _, _ in }
    ) async throws -> String {
        if isOffline {
            guard let snapshot = cache.snapshot(of: reference) else {
                throw HubError.offline(reference)
            }
            return snapshot
        }
        let listing = try await listing(of: reference)
        let files = listing.wanted
        guard files.contains(where: { $0.rfilename == "config.json" }),
            files.contains(where: { $0.rfilename.hasSuffix(".safetensors") })
        else { throw HubError.noModel(reference) }
        let model = cache.model(reference)
        let snapshot = model + "/snapshots/" + listing.sha
        try makeFolder(model + "/blobs")
        try makeFolder(snapshot)
        var links: [(name: String, target: String)] = []
        for file in files {
            guard let hash = file.hash, let size = file.byteCount, size >= 0,
                [40, 64].contains(hash.count), hash.allSatisfy(\.isHexDigit)
            else { throw malformed("it tells no hash or size of \(file.rfilename)") }
            let blob = HubBlob(
                name: file.rfilename, path: "\(model)/blobs/\(hash)", hash: hash, size: size)
            try await fetch(
                blob, "/\(reference.name)/resolve/\(listing.sha)/\(file.rfilename)", reference,
                report)
            links.append((file.rfilename, "../../blobs/" + hash))
        }
        for (name, target) in links { try link(snapshot + "/" + name, to: target) }
        if reference.revision != listing.sha {
            let ref = model + "/refs/" + reference.revision
            try makeFolder(URL(filePath: ref).deletingLastPathComponent().path)
            try Data(listing.sha.utf8).write(to: URL(filePath: ref), options: .atomic)
        }
        return snapshot
    }

    private func listing(of reference: HubReference) async throws -> HubListing {
        let revision = reference.revision.replacing("/", with: "%2F")
        let path = "/api/models/\(reference.name)/revision/\(revision)?blobs=true"
        let data = try await persist(named: "the list of files", reference) {
            try await transport.data(path)
        } hasAdvanced: {
            false
        }
        let listing: HubListing
        do {
            listing = try JSONDecoder().decode(HubListing.self, from: data)
        } catch {
            throw malformed("its list of files cannot be read")
        }
        guard HubReference.isName(listing.sha) else { throw malformed("it names no commit") }
        return listing
    }

    /// Fetches what is missing of a file, and checks the whole.
    private func fetch(
        _ blob: HubBlob, _ path: String, _ reference: HubReference, _ report: @escaping Report
    ) async throws {
        if blob.isThere { return }
        let draft = try HubDraft(blob)
        var before = draft.count
        try await persist(named: blob.name, reference) {
            report(blob.name, draft.count, blob.size)
            guard draft.count < blob.size else { return }
            let answer = try await transport.get(path, from: draft.count)
            // A server may send all where the rest was asked for.
            if answer.start != draft.count { try draft.restart() }
            guard answer.status != 416, answer.start == draft.count else {
                throw HubError.interrupted(file: blob.name, reason: "the server sent another part")
            }
            for try await part in answer.body {
                try Task.checkCancellation()
                try draft.append(part.readableBytesView)
                report(blob.name, draft.count, blob.size)
            }
            try Task.checkCancellation()
            guard draft.count == blob.size else {
                throw HubError.interrupted(
                    file: blob.name, reason: "\(draft.count) of \(blob.size) bytes came")
            }
        } hasAdvanced: {
            defer { before = draft.count }
            return draft.count > before
        }
        try draft.finish()
    }

    /// Tries again until it works or does not get on.
    private func persist<Result>(
        named file: String, _ reference: HubReference, _ body: () async throws -> Result,
        hasAdvanced: () -> Bool
    ) async throws -> Result {
        var attempt = 0
        while true {
            let reason: String
            do {
                return try await body()
            } catch let refusal as HubTransport.Refusal {
                guard [408, 429, 500, 502, 503, 504].contains(refusal.status) else {
                    throw HubError.refused(reference, status: refusal.status)
                }
                reason = "status \(refusal.status)"
            } catch HubError.interrupted(_, let why) {
                reason = why
            } catch let error as HubError {
                throw error
            } catch {
                try Task.checkCancellation()
                if error is CancellationError { throw error }
                reason = String("\(error)".prefix(200))
            }
            if hasAdvanced() { attempt = 0 }
            guard
                let pause = retries.pause(
                    before: attempt, asked: nil, random: Double.random(in: 0...1))
            else { throw HubError.interrupted(file: file, reason: reason) }
            attempt += 1
            try await Task.sleep(for: pause)
        }
    }

    private func malformed(_ reason: String) -> HubError {
        .malformed(address: transport.endpoint, reason: reason)
    }

    private func makeFolder(_ path: String) throws(HubError) {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .cannotWrite(path: path, reason: error.localizedDescription)
        }
    }

    private func link(_ path: String, to target: String) throws(HubError) {
        let files = FileManager.default
        if (try? files.destinationOfSymbolicLink(atPath: path)) == target { return }
        try? files.removeItem(atPath: path)
        do {
            try files.createSymbolicLink(atPath: path, withDestinationPath: target)
        } catch {
            throw .cannotWrite(path: path, reason: error.localizedDescription)
        }
    }
}
