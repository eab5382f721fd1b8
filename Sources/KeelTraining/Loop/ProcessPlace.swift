/// Where this process stands among those that train together, as torchrun, Slurm or plain
/// environment variables say it.
public struct ProcessPlace: Hashable, Sendable {
    public var rank: Int
    public var size: Int
    public var host: String
    public var port: UInt16
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

    /// Reads `RANK`, `WORLD_SIZE`, `MASTER_ADDR` and `MASTER_PORT`; or `SLURM_PROCID` and
    /// `SLURM_NTASKS` with the same address.
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
        self.init(rank: rank, size: count, host: host, port: port)
        isServed = environment["TORCHELASTIC_USE_AGENT_STORE"] == "True"
        attempt = environment["TORCHELASTIC_RESTART_COUNT"] ?? "0"
    }

    /// Meets the others.
    /// - Parameter timeout: Seconds that any call may wait for them.
    /// - Returns: All of them.
    /// - Throws: `TrainingError.processLost` when they don't come.
    public func join(timeout: Double = 1800) throws(TrainingError) -> any ProcessGroup {
        try JoinedProcesses(self, timeout: timeout)
    }
}
