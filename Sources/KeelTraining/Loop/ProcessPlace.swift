public import KeelTensor

/// Where this process stands among those that train together, as torchrun, Slurm or plain
/// environment variables say it.
public struct ProcessPlace: Hashable, Sendable {
    /// Which of the processes this one is, 0 ..< size.
    public var rank: Int
    /// Number of processes, at least 1.
    public var size: Int
    /// Where they meet: a name or an address.
    public var host: String
    /// Where they meet, 1 to 65535.
    public var port: UInt16
    /// Which of the processes on its own machine this one is, if that was said.
    public var localRank: Int?
    /// Whether the starter listens at the address itself, as torchrun does.
    public var isServed = false
    /// Keeps restarts of one job apart.
    public var attempt = "0"

    public init(rank: Int, size: Int, host: String, port: UInt16) {
        self.rank = rank
        self.size = size
        self.host = host
        self.port = port
    }

    /// Reads `RANK`, `WORLD_SIZE`, `MASTER_ADDR` and `MASTER_PORT`, or Slurm's variables.
    ///
    /// Slurm's are `SLURM_PROCID` and `SLURM_NTASKS` with the same address. `LOCAL_RANK` or
    /// `SLURM_LOCALID`, if there, picks the GPU.
    /// - Returns: Nil for a process on its own.
    /// - Throws: `TrainingError.unsupported` for variables that make no sense.
    public init?(environment: [String: String]) throws(TrainingError) {
        let names =
            environment["WORLD_SIZE"] != nil
            ? ("RANK", "WORLD_SIZE") : ("SLURM_PROCID", "SLURM_NTASKS")
        guard let size = environment[names.1], size != "1" else { return nil }
        // An interactive Slurm job has these variables, too, and starts one process.
        if names.1 == "SLURM_NTASKS", environment["MASTER_ADDR"] == nil { return nil }
        guard let count = Int(size), count > 1, let rank = environment[names.0].flatMap(Int.init),
            (0..<count).contains(rank), let host = environment["MASTER_ADDR"],
            let port = environment["MASTER_PORT"].flatMap(UInt16.init)
        else {
            throw .unsupported(
                "\(names.1) is \(size), so \(names.0), MASTER_ADDR and MASTER_PORT must say which of "
                    + "these processes this one is, and where they meet.")
        }
        let local = names.1 == "WORLD_SIZE" ? "LOCAL_RANK" : "SLURM_LOCALID"
        let localRank = environment[local].flatMap(Int.init)
        if let text = environment[local], !(0..<count).contains(localRank ?? -1) {
            throw .unsupported("\(local) is \(text); it must be a number from 0 to \(count - 1).")
        }
        self.init(rank: rank, size: count, host: host, port: port)
        self.localRank = localRank
        isServed = environment["TORCHELASTIC_USE_AGENT_STORE"] == "True"
        attempt = environment["TORCHELASTIC_RESTART_COUNT"] ?? "0"
    }

    /// The device of this process: where `cuda` is asked for without a number, the GPU of its own.
    /// - Throws: `TrainingError.unsupported` when there are not so many GPUs.
    public func device(_ asked: Device) throws -> Device {
        guard asked.name == "cuda", let own = try gpu(of: Device.cudaCount) else { return asked }
        return try Device("cuda:\(own)")
    }

    /// The number of its own GPU, of so many that this process sees; nil where nothing says it.
    package func gpu(of count: Int) throws(TrainingError) -> Int? {
        guard let localRank else { return nil }
        // One that sees a single GPU was given it, as Slurm does with --gpus-per-task.
        if count == 1 { return 0 }
        guard localRank < count else {
            throw .unsupported(
                "This is process \(localRank) of its machine, counted from 0, and there are \(count) "
                    + "GPUs: start at most one process for each.")
        }
        return localRank
    }

    /// Meets the others.
    /// - Parameters:
    ///   - device: Where the gradients are: they are summed by NCCL on a CUDA device, by Gloo elsewhere.
    ///   - timeout: Seconds that any call may wait for them.
    /// - Returns: All of them.
    /// - Throws: `TrainingError.processLost` when they don't come; `unsupported` when this machine or
    ///   this build cannot add up on the device.
    public func join(on device: Device = .cpu, timeout: Double = 1800) throws(TrainingError)
        -> any ProcessGroup
    {
        try JoinedProcesses(self, device: device, timeout: timeout)
    }
}
