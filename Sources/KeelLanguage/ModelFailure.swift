/// An error of a model that says whether asking on makes sense.
public protocol ModelFailure: Error {
    /// Whether further calls would fail alike, as with a spent budget, a refused key or a server
    /// that is gone.
    ///
    /// A run then stops with everything kept, rather than noting a missing reading for each call.
    var isLasting: Bool { get }
    /// What a server's log says of it: nothing that a person, a model or another server has written.
    var logged: String { get }
}

extension ModelFailure {
    /// The kind of the error.
    public var logged: String { "\(type(of: self))" }
}
