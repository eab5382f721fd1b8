internal import CTorch

/// Processes that compute together, on one machine or several: libtorch's Gloo.
///
/// All of them must make the same calls in the same order. When one of them is gone, the others'
/// next call fails.
public final class GlooGroup {
    public let rank: Int
    public let size: Int
    private let raw: OpaquePointer

    /// Meets the others; returns when all are there.
    /// - Parameters:
    ///   - host: Where they meet.
    ///   - port: Where they meet, 1 to 65535.
    ///   - serves: Whether this process listens there; one must, unless something else does.
    ///   - name: Keeps apart groups that meet in one place.
    ///   - rank: Which of them this one is, 0 ..< size.
    ///   - size: How many they are.
    ///   - timeout: Seconds that this, and any later call, may wait for the others.
    /// - Throws: `TensorError` when they don't meet.
    public init(
        host: String, port: UInt16, serves: Bool, name: String, rank: Int, size: Int,
        timeout: Double
    ) throws(TensorError) {
        guard
            let raw = ct_process_group(
                host, port, serves, name, Int32(rank), Int32(size), timeout)
        else { throw engineError("meet \(size - 1) others at \(host):\(port)", []) }
        self.raw = raw
        self.rank = rank
        self.size = size
    }

    deinit { ct_process_group_free(raw) }

    /// Adds tensors up over all processes, in place; each must call it with the same shapes.
    public func sum(_ tensors: [Tensor]) throws(TensorError) {
        guard !tensors.isEmpty else { return }
        try check(
            ct_all_reduce_sum(raw, tensors.map(\.raw), Int32(tensors.count)),
            "add up over \(size) processes", tensors)
    }
}
