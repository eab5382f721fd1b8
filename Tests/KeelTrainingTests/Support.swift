import Foundation
import KeelLanguage
import KeelModel
import KeelTensor
import KeelTraining
import TestSupport
import Testing

/// Files beside the tests.
enum Golden {
    static func path(_ name: String) throws -> String {
        try #require(Bundle.module.url(forResource: "Goldens/\(name)", withExtension: nil)).path
    }

    static func decode<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws
        -> Value
    {
        try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: path(name))))
    }

    /// A random model of two layers whose tokens are bytes.
    static func model(packing: Bool = true, type: ElementType = .float32) throws -> LanguageModel {
        try LanguageModel(
            ModelReference(base: path("model")), type: type, packing: packing)
    }

    /// The model with an adapter that TRL started from, too.
    static func adapted(type: ElementType = .float32) throws -> (LanguageModel, LoRA) {
        let language = try model(type: type)
        let adapter = try LoRA(folder: path("adapter"))
        try adapter.attach(to: language.model)
        return (language, adapter)
    }

    static func examples(_ language: LanguageModel, file: String = "sft.jsonl") throws -> [Example]
    {
        let encoder = RowEncoder(language)
        return try TrainingFile(path: path(file)).rows(SupervisedRow.self, encode: encoder.examples)
    }

    static func pairs(_ language: LanguageModel) throws -> [PreferencePair] {
        let encoder = RowEncoder(language)
        return try TrainingFile(path: path("dpo.jsonl")).rows(
            PreferenceRow.self, encode: encoder.pairs)
    }

    /// How steeply a loss rises along its own gradient: by that gradient, and by differences.
    static func slopes(_ parameters: [Tensor], _ loss: () throws -> Tensor) throws -> (
        gradient: Double, difference: Double
    ) {
        for parameter in parameters { try parameter.requireGradient() }
        try loss().backward()
        let gradients = try parameters.map { try #require($0.gradient) }
        let norm = try gradients.reduce(0.0) { try $0 + $1.square().sum().item() }.squareRoot()
        func moved(by step: Double) throws -> Double {
            try Engine.withoutGradients {
                for (parameter, gradient) in zip(parameters, gradients) {
                    try parameter.add(gradient, scale: step / norm)
                }
            }
            return try loss().item()
        }
        let (up, down) = (try moved(by: 1e-2), try moved(by: -2e-2))
        return (norm, (up - down) / 2e-2)
    }
}

extension Scratch {
    /// A file of these lines.
    func file(_ lines: String...) throws -> String {
        try write(lines.joined(separator: "\n"), to: "rows.jsonl")
    }
}

/// Keeps the reports of a run.
final class Recorder: TrainingObserver {
    var reports: [StepReport] = []
    /// After so many steps in all, what happens instead of going on.
    var end: (step: Int, action: () throws -> Bool)?

    func didStep(_ report: inout StepReport) throws -> Bool {
        reports.append(report)
        if let end, report.step == end.step { return try end.action() }
        return true
    }

    func values(_ name: String) -> [Double] { reports.compactMap { $0.metrics[name] } }
}
