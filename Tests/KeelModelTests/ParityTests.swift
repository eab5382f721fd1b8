import KeelLanguage
import KeelModel
import KeelTensor
import Testing

/// Where two copies of a model begin to differ.
@Suite struct ParityTests {
    private let tokens = [5, 17, 200, 256, 3, 99]

    @Test func `a model is equal to itself`() throws {
        let parity = try Parity(of: Golden.tiny(), to: Golden.tiny(), tokens: tokens)
        #expect(parity.steps.count == HookPoint.all(layers: 2).count + 1)
        #expect(parity.firstDifference(above: 0) == nil)
    }

    @Test(arguments: [
        ("model.layers.1.mlp.up_proj.weight", "blocks.1.mlp.hook_post"),
        ("model.layers.0.self_attn.o_proj.weight", "blocks.0.hook_attn_out"),
        ("model.layers.1.self_attn.v_proj.weight", "blocks.1.attn.hook_v"),
        ("model.norm.weight", "ln_final.hook_normalized"), ("lm_head.weight", "logits"),
    ]) func `the first step that differs is the one whose weight was changed`(
        weight: String, step: String
    ) throws {
        let changed = try Golden.tiny(packing: false)
        let parameter = try #require(changed.model.parameters.first { $0.name == weight })
        try parameter.value.scale(by: 1.5)
        let parity = try Parity(of: changed, to: Golden.tiny(packing: false), tokens: tokens)
        #expect(parity.firstDifference(above: 1e-4)?.name == step)
    }

    @Test func `narrower numbers differ a little from the embeddings on, and nothing is broken`()
        throws
    {
        let narrow = try LanguageModel(
            ModelReference(base: Golden.path("tiny-llama")), type: .bfloat16)
        let parity = try Parity(of: narrow, to: Golden.tiny(), tokens: tokens)
        #expect(parity.firstDifference(above: 0)?.name == "hook_embed")
        #expect(parity.firstDifference(above: 0.1) == nil)
        #expect(parity.steps.allSatisfy { !$0.isBroken })
    }

    @Test func `what is no number is a difference`() throws {
        let broken = try Golden.tiny(packing: false)
        let parameter = try #require(
            broken.model.parameters.first { $0.name == "model.layers.1.mlp.up_proj.weight" })
        try parameter.value.scale(by: .nan)
        let parity = try Parity(of: broken, to: Golden.tiny(packing: false), tokens: tokens)
        let first = parity.firstDifference(above: 1e9)
        #expect(first?.name == "blocks.1.mlp.hook_post" && first?.isBroken == true)
    }
}
