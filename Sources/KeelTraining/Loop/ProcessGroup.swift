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
    /// Adds numbers up over all processes; each must call it with as many.
    func sum(_ numbers: [Double]) throws -> [Double] {
        guard size > 1 else { return numbers }
        let tensor = try Tensor(numbers)
        try sum([tensor])
        return try tensor.array()
    }

    /// Waits for the others, and makes sure that all go on from the same step.
    func agree(onStep step: Int) throws {
        let own = Double(step)
        let sums = try sum([own, own * own])
        let count = Double(size)
        guard sums[0] == own * count, sums[1] == own * own * count else {
            throw TrainingError.unsupported(
                "The processes stand at different steps. All of them need the run's folder, with its "
                    + "checkpoints, at the same place.")
        }
    }
}

/// Training alone.
public struct SingleProcess: ProcessGroup {
    public var rank: Int { 0 }
    public var size: Int { 1 }

    public init() {}

    public func sum(_ tensors: [Tensor]) {}
}

/// Training with others, over libtorch's NCCL or Gloo.
struct JoinedProcesses: ProcessGroup {
    private let group: CollectiveGroup

    var rank: Int { group.rank }
    var size: Int { group.size }

    /// Meets the others.
    /// - Throws: `TrainingError.processLost` when they don't come; `unsupported` when processes cannot
    ///   add up on this device.
    init(_ place: ProcessPlace, device: Device, timeout: Double) throws(TrainingError) {
        do {
            try CollectiveGroup.require(device)
        } catch {
            throw .unsupported("Cannot train with \(place.size) processes: \(error.reason).")
        }
        do {
            group = try CollectiveGroup(
                host: place.host, port: place.port, serves: place.rank == 0 && !place.isServed,
                name: "keel/\(place.attempt)", rank: place.rank, size: place.size, timeout: timeout,
                device: device)
        } catch {
            throw .processLost(rank: place.rank, size: place.size, reason: error.reason)
        }
    }

    func sum(_ tensors: [Tensor]) throws {
        do {
            try group.sum(tensors)
        } catch {
            throw TrainingError.processLost(rank: rank, size: size, reason: error.reason)
        }
    }
}
