/// What is wrong with a file that the guardian reads, and what to do.
public struct GuardianError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Path of the file, as it was asked for.
    public var file: String
    /// Where in the file, such as a value's id; empty for the whole file.
    public var place: String
    /// What is wrong and how to mend it, in whole sentences.
    public var reason: String

    public init(file: String, place: String = "", reason: String) {
        self.file = file
        self.place = place
        self.reason = reason
    }

    public var description: String {
        place.isEmpty ? "\(file): \(reason)" : "\(file), \(place): \(reason)"
    }
}
