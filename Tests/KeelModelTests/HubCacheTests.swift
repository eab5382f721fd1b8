import Foundation
import KeelFormats
import KeelLanguage
import KeelModel
import TestSupport
import Testing

/// The cache of huggingface_hub, as other programs leave it.
@Suite struct HubCacheTests {
    private let scratch: Scratch
    private let commit = "0123456789abcdef0123456789abcdef01234567"

    /// A model whose files are links to blobs.
    init() throws {
        scratch = try Scratch()
        let files = FileManager.default
        let model = scratch.path + "/models--org--tiny.llama"
        for folder in ["/blobs", "/refs/refs/pr", "/snapshots/" + commit] {
            try files.createDirectory(
                atPath: model + folder, withIntermediateDirectories: true)
        }
        let source = try Golden.path("tiny-llama")
        for name in try files.contentsOfDirectory(atPath: source) {
            try files.copyItem(atPath: "\(source)/\(name)", toPath: "\(model)/blobs/\(name)0")
            try files.createSymbolicLink(
                atPath: "\(model)/snapshots/\(commit)/\(name)",
                withDestinationPath: "../../blobs/\(name)0")
        }
        for ref in ["main", "refs/pr/3"] {
            try (commit + "\n").write(
                toFile: model + "/refs/" + ref, atomically: true, encoding: .utf8)
        }
    }

    @Test(arguments: ["", "@main", "@refs/pr/3", "@0123456789abcdef0123456789abcdef01234567"])
    func `a model is found by name and revision, and loads through its links`(
        revision: String
    ) throws {
        let folder = try #require(
            HubReference("org/tiny.llama" + revision).flatMap {
                HubCache(folder: scratch.path).snapshot(of: $0)
            })
        #expect(folder.hasSuffix(commit))
        let language = try LanguageModel(ModelReference(base: folder))
        #expect(language.model.configuration.numHiddenLayers == 2)
        #expect(try LanguageModel.identity(of: ModelReference(base: folder)).count == 1)
    }

    @Test(arguments: [
        "org/tiny.llama@other", "org/other", "tiny.llama", "org/tiny.llama/main", "org/..",
        "../tiny.llama", "org/tiny.llama@../../..", "org/tiny.llama@", "/org", "",
    ])
    func `what is not there, and what leads elsewhere, is not found`(reference: String) {
        let found = HubReference(reference).flatMap {
            HubCache(folder: scratch.path).snapshot(of: $0)
        }
        #expect(found == nil)
    }

    @Test func `the variables of huggingface_hub say where the cache is, in their order`() {
        var environment = ["HOME": "/home/a"]
        #expect(HubCache(environment).folder == "/home/a/.cache/huggingface/hub")
        environment["XDG_CACHE_HOME"] = "/x"
        #expect(HubCache(environment).folder == "/x/huggingface/hub")
        environment["HF_HOME"] = "/h"
        #expect(HubCache(environment).folder == "/h/hub")
        environment["HF_HUB_CACHE"] = "/c"
        #expect(HubCache(environment).folder == "/c")
    }
}
