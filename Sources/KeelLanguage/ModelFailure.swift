/// An error of a model that says whether asking on makes sense.
public protocol ModelFailure: Error {
    /// Whether further calls would fail alike, as with a spent budget, a refused key or a server
    /// that is gone.
    ///
    /// A run then stops with everything kept, rather than noting a missing reading for each call.
    var isLasting: Bool { get }
}
