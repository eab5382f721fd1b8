internal import Foundation
internal import KeelFormats
internal import KeelTensor

/// A low-rank adapter in the folder layout of PEFT: `adapter_config.json` and its weights.
struct LoRAAdapter {
    let path: String
    private let config: Config
    private let weights: SafetensorsFile

    private struct Config: Decodable {
        var peft_type: String
        var r: Int
        var lora_alpha: Double
        var use_rslora: Bool?
        var use_dora: Bool?
        var bias: String?
        var fan_in_fan_out: Bool?
        var modules_to_save: [String]?
        var rank_pattern: [String: Int]?
        var alpha_pattern: [String: Double]?
    }

    /// - Throws: `ModelError.adapter` for what this program would not apply exactly.
    init(folder: String) throws {
        path = folder
        let file = folder + "/adapter_config.json"
        do {
            config = try JSONDecoder().decode(
                Config.self, from: Data(contentsOf: URL(filePath: file)))
        } catch {
            throw ModelError.adapter(
                path: folder, reason: "\(file) is missing or incomplete (\(error))")
        }
        let unsupported: [(Bool, String)] = [
            (config.peft_type != "LORA", "its type is \(config.peft_type), not LORA"),
            (config.use_dora == true, "DoRA is not supported"),
            (config.fan_in_fan_out == true, "fan_in_fan_out is not supported"),
            (config.bias ?? "none" != "none", "trained biases are not supported"),
            (!(config.modules_to_save ?? []).isEmpty, "modules_to_save is not supported"),
            (!(config.rank_pattern ?? [:]).isEmpty, "rank_pattern is not supported"),
            (!(config.alpha_pattern ?? [:]).isEmpty, "alpha_pattern is not supported"),
            (config.r < 1, "its rank is \(config.r)"),
        ]
        if let reason = unsupported.first(where: \.0)?.1 {
            throw ModelError.adapter(path: folder, reason: reason)
        }
        weights = try SafetensorsFile(path: folder + "/adapter_model.safetensors")
    }

    /// Adds the adapter to the layers it was made for.
    /// - Throws: `ModelError.adapter` for a weight that fits no layer: none is skipped.
    func apply(to model: Llama) throws {
        let linears = model.linears
        let scale =
            config.lora_alpha
            / (config.use_rslora == true ? Double(config.r).squareRoot() : Double(config.r))
        var left = Set(weights.tensors.keys)
        for (module, linear) in linears.sorted(by: { $0.key < $1.key }) {
            let prefix = "base_model.model.\(module)."
            guard left.contains(prefix + "lora_A.weight") || left.contains(prefix + "lora_B.weight")
            else { continue }
            func weight(_ name: String, _ shape: [Int]) throws -> Tensor {
                guard let stored = weights.tensors[prefix + name] else {
                    throw ModelError.adapter(path: path, reason: "\(prefix)\(name) is missing")
                }
                guard stored.shape == shape else {
                    throw ModelError.weightShape(
                        name: prefix + name, found: stored.shape, expected: shape)
                }
                left.remove(prefix + name)
                return try Tensor(file: weights, name: prefix + name).to(device: model.device)
            }
            linear.adapters.append(
                LowRank(
                    a: try weight("lora_A.weight", [config.r, linear.shape[1]]),
                    b: try weight("lora_B.weight", [linear.shape[0], config.r]), scale: scale))
        }
        if let name = left.min() {
            throw ModelError.adapter(
                path: path, reason: "its weight \"\(name)\" belongs to no layer of the model")
        }
        if weights.tensors.isEmpty {
            throw ModelError.adapter(path: path, reason: "it holds no weights")
        }
    }
}
