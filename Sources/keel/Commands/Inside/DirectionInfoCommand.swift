import ArgumentParser
import Foundation
import KeelFormats

/// What a file holds.
struct DirectionInfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info", abstract: "Say what a control vector holds.")

    @Argument(help: "A GGUF file.")
    var file: String

    func run() throws {
        let vector = try ControlVectorFile(path: file)
        print("model \(vector.model.isEmpty ? "not said" : vector.model)")
        for (name, value) in vector.facts.sorted(by: { $0.key < $1.key }) {
            print("\(name) \(value)")
        }
        Terminal.printTable(
            [["layer", "length"]]
                + vector.directions.sorted { $0.key < $1.key }.map { block, direction in
                    let length = direction.reduce(0) { $0 + Double($1) * Double($1) }
                    return ["\(block)", String(format: "%.3f", length.squareRoot())]
                })
    }
}
