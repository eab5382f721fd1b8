import ArgumentParser
import KeelInterpretability
import KeelModel

/// A direction as commands take it that only read along it: `FILE` or `FILE@LAYER`.
enum DirectionArgument {
    /// Reads the control vector of one layer.
    /// - Throws: `ValidationError` for a file of several layers of which none is named; what reading
    ///   the file throws.
    static func load(_ text: String) throws -> Steering {
        // A direction that is only read along needs no strength.
        let at = text.lastIndex(of: "@")
        let words = at.map { "\(text[..<$0]):1\(text[$0...])" } ?? "\(text):1"
        let all = try SteeringRequest(words).load()
        guard all.count == 1, let one = all.first else {
            throw ValidationError(
                "\(text) has directions for \(all.count) layers; name one, as FILE@15.")
        }
        return one
    }
}
