import KeelTensor

/// How this machine computes for a command.
struct Machine: Sendable {
    var device: Device
    /// How a model's weights are held.
    var weights = HeldWeights.f32
    /// Batches that a model answers side by side.
    var workers = 1

    /// Applies a setting of threads.
    /// - Parameters:
    ///   - device: As `Device` spells it; `auto` for the first that there is of CUDA, an Apple GPU and the
    ///     CPU.
    ///   - threads: Of the CPU, for one operation; nil for one a core.
    /// - Throws: `TensorError` for a number of threads that cannot be; what `Device` throws.
    init(device: String, threads: Int?) throws {
        if let threads { try Engine.setThreads(threads) }
        self.device =
            try device == "auto" ? Device.available.first ?? .cpu : Device(device)
    }

    /// Shares the threads between two workers, for when many answers are wanted.
    ///
    /// Two batches of one thread each read a map 24 % faster on two cores than one of two threads
    /// (docs/lab-log.md).
    func sharedByWorkers() throws -> Machine {
        guard device == .cpu, Engine.threads > 1 else { return self }
        try Engine.setThreads(Engine.threads / 2)
        var machine = self
        machine.workers = 2
        return machine
    }
}
