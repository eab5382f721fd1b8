import Foundation
import KeelInterpretability
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// What is stored of a model's activations.
@Suite struct HarvestTests {
    private let point = "blocks.0.hook_resid_post"

    private func options(_ change: (inout HarvestOptions) -> Void = { _ in }) -> HarvestOptions {
        var options = HarvestOptions(points: [point])
        options.window = 16
        options.tokensPerPass = 40
        options.rowsPerShard = 50
        change(&options)
        return options
    }

    @Test func `every row is what the model has at that token`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let corpus = try scratch.corpus()
        let out = scratch.path + "/a"
        let points = [point, "blocks.1.attn.hook_q", "ln_final.hook_normalized"]
        let rows = try Harvest(
            language, data: [corpus], options: options { $0.points = points }, folder: out
        ).run()
        for name in points {
            let store = try ActivationStore(folder: out, point: name)
            #expect(store.count == rows)
            var reader = try PassageReader([corpus], for: language, window: 16)
            var row = 0
            var number = 0
            while let passage = try reader.next() {
                let own = try #require(HookPoint(name, layers: 2))
                let expected = try PackedPassages([passage]).activations(
                    at: [own], of: language.model)[0]
                for position in passage.tokens.indices.dropFirst() {
                    #expect(
                        try store.source(row)
                            == ActivationSource(
                                token: passage.tokens[position], position: position,
                                passage: number))
                    expectClose(
                        try store.rows(row..<row + 1).floats(),
                        try expected.selected(0, position).floats(), within: 2e-5)
                    row += 1
                }
                number += 1
            }
            #expect(row == rows)
        }
    }

    @Test func `no more of the model runs than is asked for`() throws {
        let language = try Golden.tiny()
        var hooks = Hooks()
        var blocks: [Int] = []
        for layer in 0..<2 {
            hooks.at(.residPre(layer: layer)) { _ in
                blocks.append(layer)
                return nil
            }
        }
        let tokens = try Tensor([1, 2, 3], shape: [1, 3])
        _ = try language.model.activations(
            at: [.residPost(layer: 0)], of: tokens, hooks: hooks)
        #expect(blocks == [0])
        #expect(throws: ModelError.self) {
            try language.model.activations(at: [.residPost(layer: 2)], of: tokens)
        }
    }

    @Test func `a harvest that was ended goes on to the same bytes`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let corpus = try scratch.corpus(60)
        let whole = scratch.path + "/whole"
        // What the disk holds after each pass is what a process that is killed there leaves.
        var left: [String] = []
        var passes = 0
        try Harvest(language, data: [corpus], options: options(), folder: whole).run { _ in
            passes += 1
            guard passes % 13 == 1 else { return }
            let copy = scratch.path + "/left-\(passes)"
            try? FileManager.default.copyItem(atPath: whole, toPath: copy)
            left.append(copy)
        }
        #expect(left.count > 5)
        for folder in left {
            // A torn file that no manifest names is written over.
            struct Manifest: Decodable {
                struct Shard: Decodable { var name: String }
                var shards: [Shard]
            }
            let manifest = try? JSONDecoder().decode(
                Manifest.self,
                from: Data(contentsOf: URL(filePath: folder + "/rank-0/manifest.json")))
            let next = String("0000\(manifest?.shards.count ?? 0)".suffix(5))
            try Data([1, 2, 3]).write(to: URL(filePath: "\(folder)/rank-0/\(next).\(point).bin"))
            try Harvest(language, data: [corpus], options: options(), folder: folder).run()
            for name in try FileManager.default.contentsOfDirectory(atPath: whole + "/rank-0") {
                #expect(
                    FileManager.default.contentsEqual(
                        atPath: "\(whole)/rank-0/\(name)", andPath: "\(folder)/rank-0/\(name)"),
                    "\(name)")
            }
        }
    }

    @Test func `processes share the passages and lose none`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let corpus = try scratch.corpus(30)
        try Harvest(language, data: [corpus], options: options(), folder: scratch.path + "/one")
            .run()
        for rank in 0..<3 {
            try Harvest(
                language, data: [corpus], options: options(), folder: scratch.path + "/three",
                rank: rank, size: 3
            ).run()
        }
        let (one, three) = try (
            ActivationStore(folder: scratch.path + "/one"),
            ActivationStore(folder: scratch.path + "/three")
        )
        #expect(one.count == three.count)
        func rows(_ store: ActivationStore) throws -> [ActivationSource: [Float]] {
            try Dictionary(
                uniqueKeysWithValues: (0..<store.count).map {
                    (try store.source($0), try store.rows($0..<$0 + 1).floats())
                })
        }
        let (a, b) = try (rows(one), rows(three))
        for (source, values) in a {
            expectClose(try #require(b[source]), values, within: 2e-5)
        }
    }

    @Test func `fewer bits are the same numbers, rounded, and limits are kept`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let corpus = try scratch.corpus()
        func store(_ type: String) throws -> ActivationStore {
            let folder = scratch.path + "/" + type
            try Harvest(
                language, data: [corpus],
                options: options {
                    $0.type = type
                    $0.maxRows = 77
                }, folder: folder
            ).run()
            return try ActivationStore(folder: folder)
        }
        let exact = try store("float32")
        #expect(exact.count == 77)
        for type in ["float16", "bfloat16"] {
            let rounded = try store(type)
            #expect(rounded.count == 77)
            expectClose(
                try rounded.rows(0..<77).floats(), try exact.rows(0..<77).floats(), within: 0.05)
        }
        #expect(
            try exact.rows([70, 3, 51]).floats()
                == [3, 51, 70].flatMap {
                    try exact.rows($0..<$0 + 1).floats()
                })
    }

    @Test func `a model less itself is nothing, and less another what they differ in`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let corpus = try scratch.corpus(6)
        let adapted = try LanguageModel(
            ModelReference(base: TinyModel.path, adapters: [TinyModel.adapter]))
        func store(_ name: String, _ model: LanguageModel, minus other: LanguageModel? = nil)
            throws -> Tensor
        {
            let folder = scratch.path + "/" + name
            try Harvest(
                model, minus: other, data: [corpus],
                options: options { $0.points = ["blocks.1.hook_resid_post"] }, folder: folder
            ).run()
            let store = try ActivationStore(folder: folder)
            return try store.rows(0..<store.count)
        }
        #expect(try store("none", language, minus: language).abs().max().item() == 0)
        let expected = try store("adapted", adapted) - store("plain", language)
        let found = try store("difference", adapted, minus: language)
        #expect(try found.abs().max().item() > 1e-3)
        expectClose(try found.floats(), try expected.floats(), within: 1e-6)
    }

    @Test func `only answers are kept where that is asked for`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let corpus = try scratch.lines(
            "chat.jsonl",
            [
                #"{"prompt": "ab", "completion": "cde"}"#, #"{"text": "no answer"}"#,
            ])
        let rows = try Harvest(
            language, data: [corpus], options: options { $0.answersOnly = true },
            folder: scratch.path + "/a"
        ).run()
        #expect(rows == 3)
    }

    @Test func `what makes no sense is refused before anything is written`() throws {
        let scratch = try Scratch()
        let language = try Golden.tiny()
        let corpus = try scratch.corpus(3)
        func expectRefusal(_ change: (inout HarvestOptions) -> Void) throws {
            #expect(throws: InterpretabilityError.self) {
                try Harvest(
                    language, data: [corpus], options: options(change), folder: scratch.path + "/no"
                ).run()
            }
            try? FileManager.default.removeItem(atPath: scratch.path + "/no")
        }
        try expectRefusal { $0.points = [] }
        try expectRefusal { $0.points = ["blocks.2.hook_resid_post"] }
        try expectRefusal { $0.points += $0.points }
        try expectRefusal { $0.type = "int8" }
        try expectRefusal { $0.window = 1 }
        try expectRefusal { $0.window = 1 << 30 }
        try expectRefusal { $0.skippedPositions = -1 }
        let out = scratch.path + "/a"
        try Harvest(language, data: [corpus], options: options(), folder: out).run()
        let other = #expect(throws: InterpretabilityError.self) {
            try Harvest(
                language, data: [corpus], options: options { $0.window = 8 }, folder: out
            ).run()
        }
        #expect("\(other.map(String.init(describing:)) ?? "")".contains("options"))
        #expect(throws: (any Error).self) {
            try Harvest(
                language, data: [scratch.lines("bad.jsonl", ["{}"])], options: options(),
                folder: scratch.path + "/b"
            ).run()
        }
        // A shard that was shortened is found before it is read.
        try Data([0]).write(to: URL(filePath: out + "/rank-0/00000.\(point).bin"))
        #expect(throws: (any Error).self) { try ActivationStore(folder: out) }
    }
}
