public import ArgumentParser
import KeelInterpretability
public import KeelModel

/// How a model's residual stream is changed while it answers.
struct SteeringOptions: ParsableArguments {
    @Option(
        help: """
            FILE:STRENGTH@LAYER: push the residual stream along a direction of a control vector (GGUF). STRENGTH is a \
            number, =NUMBER to set the stream's share of the direction, or remove; LAYER a block or a range as 10-14. \
            May be given several times.
            """, completion: .file())
    var steer: [String] = []

    @Option(help: "Which tokens --steer changes: all, or those of the answer.")
    var steerPositions = Steering.Positions.all

    func load() throws -> [Steering] {
        try steer.flatMap { try SteeringRequest($0).load(positions: steerPositions) }
    }
}

extension Steering.Positions: ExpressibleByArgument {}
