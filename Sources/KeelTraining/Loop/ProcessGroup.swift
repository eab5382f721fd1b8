public import KeelTensor

/// The processes that train one model together, each on its share of every step.
public protocol ProcessGroup {
    /// Which of them this one is.
    var rank: Int { get }
    /// How many they are.
    var size: Int { get }
    /// Adds tensors up over all processes, in place; each must call it with the same shapes.
    func sum(_ tensors: [Tensor]) throws
}

extension ProcessGroup {
    /// Adds a number up over all processes.
    func sum(_ number: Double) throws -> Double {
        guard size > 1 else { return number }
        let tensor = try Tensor([number])
        try sum([tensor])
        return try tensor.item()
    }
}

/// Training alone.
public struct SingleProcess: ProcessGroup {
    public var rank: Int { 0 }
    public var size: Int { 1 }

    public init() {}

    public func sum(_ tensors: [Tensor]) {}
}
