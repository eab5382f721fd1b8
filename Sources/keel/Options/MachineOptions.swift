import ArgumentParser

/// What every command that computes on this machine takes.
struct MachineOptions: ParsableArguments {
    @Option(
        help: "Where to compute: cpu, cuda, cuda:1, mps, or auto for the fastest kind there is.",
        completion: .device)
    var device = "cpu"

    @Option(help: "CPU threads of one operation (default: one a core).")
    var threads: Int?

    /// Applies the threads setting and names the device.
    func machine() throws -> Machine { try Machine(device: device, threads: threads) }
}
