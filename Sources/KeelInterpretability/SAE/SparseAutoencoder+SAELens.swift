import Foundation
import KeelFormats
import KeelModel
import KeelTensor

// A folder of SAELens 6: cfg.json and sae_weights.safetensors.

/// `cfg.json`, as far as Keel uses it.
private struct SAELensConfiguration: Codable {
    var architecture: String
    var d_in: Int
    var d_sae: Int
    var dtype: String?
    var device: String?
    var apply_b_dec_to_input: Bool?
    var normalize_activations: String?
    var reshape_activations: String?
    var k: Double?
    var rescale_acts_by_decoder_norm: Bool?
    var metadata: Metadata?
    // Older folders say these at the top.
    var hook_name: String?
    var model_name: String?

    struct Metadata: Codable {
        var sae_lens_version: String?
        var sae_lens_training_version: String?
        var model_name: String?
        var hook_name: String?
        var context_size: Int?
        var prepend_bos: Bool?
        var keel_training_architecture: String?
        var keel_minus: String?
    }
}

extension SparseAutoencoder {
    /// Reads a folder of SAELens: standard, topk, jumprelu, and gated as the jumprelu that it equals.
    /// - Parameter folder: With `cfg.json` and `sae_weights.safetensors`.
    /// - Returns: The autoencoder and where its activations came from.
    /// - Throws: `InterpretabilityError.unreadable` for what is missing, has another shape, or is a
    ///   setting that Keel does not know; `SafetensorsError`.
    public static func read(_ folder: String) throws -> (SparseAutoencoder, SAEMetadata) {
        let path = folder + "/cfg.json"
        let configuration: SAELensConfiguration
        do {
            configuration = try JSONDecoder().decode(
                SAELensConfiguration.self, from: Data(contentsOf: URL(filePath: path)))
        } catch {
            throw InterpretabilityError.unreadable(
                path: path, reason: "it describes no sparse autoencoder (\(error))")
        }
        let (S, C) = (configuration.d_sae, configuration.d_in)
        let file = folder + "/sae_weights.safetensors"
        let stored = try Safetensors.read(file)
        func weight(_ name: String, _ shape: [Int]) throws -> Tensor {
            guard let tensor = stored[name], tensor.shape == shape else {
                throw InterpretabilityError.unreadable(
                    path: file, reason: "\(name) is missing or is not \(shape)")
            }
            return try tensor.to(.float32)
        }
        func refuse(_ reason: String) -> InterpretabilityError {
            .unreadable(path: path, reason: reason)
        }
        var names: Set = ["W_enc", "b_enc", "W_dec", "b_dec"]
        var encoder = try weight("W_enc", [C, S]).transposed(0, 1).contiguous()
        var bias: Tensor?
        let activation: any SAEActivation
        switch configuration.architecture {
        case "standard": activation = StandardActivation()
        case "topk":
            guard let k = configuration.k.flatMap(Int.init(exactly:)), (1...S).contains(k) else {
                throw refuse("k must be a whole number from 1 to d_sae")
            }
            activation = TopKActivation(k: k)
        case "jumprelu":
            names.insert("threshold")
            activation = JumpReLUActivation(threshold: try weight("threshold", [S]))
        case "gated":
            names = ["W_enc", "W_dec", "b_dec", "b_gate", "b_mag", "r_mag"]
            // The gate opens where W x + b_gate > 0, which the magnitude says too: it is above
            // b_mag - b_gate exp(r_mag) there (Rajamanoharan 2024, arXiv 2404.16014).
            let stretch = try weight("r_mag", [S]).exp()
            let magnitude = try weight("b_mag", [S])
            encoder = try encoder * stretch.unsqueezed(1)
            bias = magnitude
            activation = JumpReLUActivation(
                threshold: try magnitude - weight("b_gate", [S]) * stretch)
        default:
            throw refuse(
                "the architecture \"\(configuration.architecture)\" is not known; "
                    + "standard, topk, jumprelu and gated are")
        }
        if let name = Set(stored.keys).subtracting(names).min() {
            throw InterpretabilityError.unreadable(
                path: file, reason: "\(name) is no weight of \(configuration.architecture)")
        }
        var result = SparseAutoencoder(
            activation: activation, encoder: encoder,
            encoderBias: try bias ?? weight("b_enc", [S]), decoder: try weight("W_dec", [S, C]),
            decoderBias: try weight("b_dec", [C]))
        result.centersInput = configuration.apply_b_dec_to_input ?? true
        switch configuration.normalize_activations ?? "none" {
        case "none": break
        case "layer_norm": result.normalizesInput = true
        case let other: throw refuse("normalize_activations \"\(other)\" is not known")
        }
        guard ["none", ""].contains(configuration.reshape_activations ?? "none") else {
            throw refuse("reshape_activations must be none")
        }
        if configuration.rescale_acts_by_decoder_norm == true {
            // The same function with decoder rows of length 1.
            let norms = try result.decoder.norm(1)
            result.encoder = try result.encoder * norms.unsqueezed(1)
            result.encoderBias = try result.encoderBias * norms
            result.decoder = try result.decoder / norms.unsqueezed(1)
        }
        let metadata = configuration.metadata
        return (
            result,
            SAEMetadata(
                model: metadata?.model_name ?? configuration.model_name ?? "",
                point: metadata?.hook_name ?? configuration.hook_name ?? "",
                window: metadata?.context_size ?? 0,
                trainingArchitecture: metadata?.keel_training_architecture,
                minus: metadata?.keel_minus)
        )
    }

    /// Writes a folder that SAELens 6 loads, whole or not at all; an older folder there is replaced.
    public func write(to folder: String, metadata: SAEMetadata) throws {
        var configuration = SAELensConfiguration(
            architecture: activation.name, d_in: width, d_sae: latents)
        configuration.dtype = "float32"
        configuration.device = "cpu"
        configuration.apply_b_dec_to_input = centersInput
        configuration.normalize_activations = normalizesInput ? "layer_norm" : "none"
        configuration.reshape_activations = "none"
        if let topK = activation as? TopKActivation {
            configuration.k = Double(topK.k)
            configuration.rescale_acts_by_decoder_norm = false
        }
        // Loaders take a folder without a version of SAELens for one of its old kind.
        configuration.metadata = .init(
            sae_lens_version: "6.0.0", sae_lens_training_version: "6.0.0",
            model_name: metadata.model, hook_name: metadata.point, context_size: metadata.window,
            prepend_bos: false, keel_training_architecture: metadata.trainingArchitecture,
            keel_minus: metadata.minus)
        var tensors: [(name: String, value: Tensor)] = [
            ("W_enc", try encoder.transposed(0, 1).contiguous()), ("b_enc", encoderBias),
            ("W_dec", decoder), ("b_dec", decoderBias),
        ]
        if let jump = activation as? JumpReLUActivation {
            tensors.append(
                ("threshold", try jump.threshold.expanded(latents).contiguous()))
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = try encoder.encode(configuration)
        try StagedFolder.replace(folder) { draft in
            try text.write(to: URL(filePath: draft + "/cfg.json"))
            try Safetensors.write(tensors, to: draft + "/sae_weights.safetensors")
        }
    }
}
