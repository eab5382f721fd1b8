import Foundation
import KeelModel
import KeelStatistics

/// A model as it is, or changed in a known way.
struct ConfrontArm: Sendable {
    var id: String
    var title: String
    var source: ModelSource
    var steering: [Steering] = []
    /// How it was changed, for the run's configuration.
    var facts: [String: String] = [:]
}

extension Steering {
    /// The same change along a direction that is drawn at random: what any push of this size does.
    ///
    /// Numbers are normal (Box and Muller 1958), and the vector is as long as this one.
    func drawnAtRandom(using generator: inout SeededGenerator) -> Steering {
        var drawn: [Double] = []
        while drawn.count < vector.count {
            // Above 0, so that the logarithm is finite.
            let radius = (-2 * log(1 - Double.random(in: 0..<1, using: &generator))).squareRoot()
            let angle = 2 * Double.pi * Double.random(in: 0..<1, using: &generator)
            drawn += [radius * cos(angle), radius * sin(angle)]
        }
        drawn.removeLast(drawn.count - vector.count)
        let old = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        let new = drawn.reduce(0) { $0 + $1 * $1 }.squareRoot()
        var other = self
        other.vector = drawn.map { Float(new > 0 ? $0 * old / new : 0) }
        return other
    }
}
