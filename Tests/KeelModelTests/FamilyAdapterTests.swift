import KeelFormats
import KeelLanguage
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// Adapters, steering and checkpointing on every family of models.
@Suite struct FamilyAdapterTests {
    /// An adapter of all linear layers that changes something.
    private func drawn(for model: Transformer) throws -> LoRA {
        let lora = try LoRA(
            PEFTConfiguration(rank: 2, alpha: 4, targets: .pattern("all-linear")), for: model,
            seed: 7)
        let generator = try RandomGenerator(seed: 8)
        for (_, update) in lora.updates.sorted(by: { $0.key < $1.key }) {
            try update.b.assign(Tensor.normal(update.b.shape, generator: generator) * 0.1)
        }
        return lora
    }

    @Test(arguments: FamilyTests.names)
    func `an adapter beside the weights does what it does in them, and in a GGUF file`(
        _ name: String
    ) throws {
        let tokens = try FamilyTests.reference(name).tokens
        let beside = try FamilyTests.load(name)
        let plain = try beside.logits(tokens).rows()
        let lora = try drawn(for: beside.model)
        try lora.attach(to: beside.model)
        let adapted = try beside.logits(tokens).rows()
        #expect(adapted != plain)

        let inside = try FamilyTests.load(name, packing: false)
        try lora.merge(into: inside.model)
        expectClose(try inside.logits(tokens).rows(), adapted, within: 2e-4)

        let scratch = try Scratch()
        let configuration = beside.model.configuration
        try lora.writeGGUF(to: scratch.path + "/lora.gguf", for: configuration)
        let again = try LoRA(gguf: scratch.path + "/lora.gguf", for: configuration)
        lora.detach(from: beside.model)
        try again.attach(to: beside.model)
        expectClose(try beside.logits(tokens).rows(), adapted, within: 1e-5)
    }

    @Test(arguments: FamilyTests.names)
    func `an adapter's gradients are the same with activations computed twice`(_ name: String)
        throws
    {
        let language = try FamilyTests.load(name)
        let lora = try drawn(for: language.model)
        try lora.attach(to: language.model)
        let input = try Tensor(FamilyTests.reference(name).tokens).unsqueezed(0)
        for (_, value) in lora.parameters { try value.requireGradient() }
        func gradients(_ checkpointing: Bool) throws -> [[Float]] {
            for (_, value) in lora.parameters { try value.clearGradient() }
            let hidden = try language.model(input, checkpointing: checkpointing)
            try language.model.logits(hidden).logSoftmax().square().mean().backward()
            return try lora.parameters.map { try #require($0.value.gradient).array() }
        }
        expectClose(try gradients(true), try gradients(false), within: 1e-5)
    }

    @Test(arguments: FamilyTests.names) func `steering acts on what leaves a block`(
        _ name: String
    ) throws {
        let language = try FamilyTests.load(name)
        let width = language.model.configuration.hiddenSize
        let vector = (0..<width).map { Float($0 % 5) - 2 }
        let steering = Steering(vector: vector, layer: 0, action: .add(1.5))
        try steering.validate(for: language.model.configuration)
        var hooks = Hooks()
        hooks.steer(steering)
        let tokens = try FamilyTests.reference(name).tokens
        let input = try Tensor(tokens).unsqueezed(0)
        let point = HookPoint.residPre(layer: 1)
        let (plain, steered) = try Engine.withoutGradients {
            (
                try language.model.activations(at: [point], of: input)[0].rows(),
                try language.model.activations(at: [point], of: input, hooks: hooks)[0].rows()
            )
        }
        expectClose(
            steered, plain.map { zip($0, vector).map { $0 + 1.5 * $1 } }, within: 1e-4)
    }
}
