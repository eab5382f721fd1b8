/// A reader of the model's own state, beside the rules.
///
/// While a local model reads a prompt, the activations are there anyway; a probe takes them and costs
/// no pass of its own. It knows numbers only, so that it needs no engine.
/// - Note: No probe is trained yet, and nothing asks one. Rules read alone.
public protocol RiskProbe: Sendable {
    /// Where it reads, such as `blocks.15.hook_resid_post`.
    var hook: String { get }
    /// The size of an activation.
    var width: Int { get }

    /// The probability of high or imminent risk.
    /// - Parameter activation: `[width]`, at the last token of the person's last message.
    /// - Returns: From 0 to 1; nil for an activation of another width or one that is not finite.
    func probability(reading activation: [Float]) -> Double?
}
