internal import CTorch

/// The engine of this process.
public enum Engine {
    /// Version of libtorch.
    public static var version: String { String(cString: ct_version()) }

    /// Tensors that exist now, over all threads.
    public static var liveTensors: Int { Int(ct_live_tensors()) }

    /// CPU threads used inside one operation.
    public static var threads: Int { Int(ct_threads()) }

    /// Sets how many CPU threads one operation uses.
    /// - Throws: `TensorError` when `count` is less than 1.
    public static func setThreads(_ count: Int) throws(TensorError) {
        try check(ct_set_threads(Int32(clamping: count)), "threads = \(count)", [])
    }

    /// Whether operations of this thread are recorded for gradients.
    public static var recordsGradients: Bool { ct_gradients_enabled() }

    /// Runs `body` without recording operations for gradients.
    ///
    /// The setting belongs to the calling thread; `body` is synchronous and so cannot leave it.
    public static func withoutGradients<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let former = ct_set_gradients(false)
        defer { _ = ct_set_gradients(former) }
        return try body()
    }
}

/// Throws what the engine said when `status` is not 0.
func check(_ status: Int32, _ operation: String, _ tensors: [Tensor]) throws(TensorError) {
    if status != 0 { throw engineError(operation, tensors) }
}

/// The engine's last error on this thread, with the shapes it was about.
func engineError(_ operation: String, _ tensors: [Tensor]) -> TensorError {
    let message = String(cString: ct_last_error())
    let line = message.split(separator: "\n").first.map(String.init) ?? "unknown reason"
    return TensorError(operation: operation, shapes: tensors.map(\.shape), reason: line)
}
