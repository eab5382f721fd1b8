internal import CTorch

/// Processes that compute together, on one machine or several: libtorch's NCCL where they compute on
/// CUDA devices, its Gloo elsewhere.
///
/// All of them must make the same calls in the same order. When one of them is gone, the others'
/// next call fails, with NCCL at the latest after the timeout.
public final class CollectiveGroup {
    /// What adds up.
    public enum Backend: String, Sendable {
        /// For tensors on the CPU, and for those on CUDA devices.
        case gloo, nccl

        /// The one for tensors on this device.
        public init(for device: Device) {
            self = device.name.hasPrefix("cuda") ? .nccl : .gloo
        }
    }

    /// Which of the processes this one is, 0 ..< size.
    public let rank: Int
    /// Number of processes, at least 1.
    public let size: Int
    public let backend: Backend
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
    ///   - device: Where this process computes; each needs a CUDA device of its own. Tensors on
    ///     others are added up, too, by way of this one, or of the CPU where it is no CUDA device.
    /// - Throws: `TensorError` when they don't meet; what `require` throws.
    public init(
        host: String, port: UInt16, serves: Bool, name: String, rank: Int, size: Int,
        timeout: Double, device: Device = .cpu
    ) throws(TensorError) {
        guard
            let raw = ct_process_group(
                host, port, serves, name, Int32(rank), Int32(size), timeout, device.name)
        else { throw engineError("meet \(size - 1) others at \(host):\(port)", []) }
        self.raw = raw
        self.rank = rank
        self.size = size
        backend = Backend(for: device)
    }

    /// Makes sure, without meeting anybody, that processes on this device can add up.
    /// - Throws: `TensorError` where they could not: a CUDA device that is not there, or a build
    ///   without NCCL.
    public static func require(_ device: Device) throws(TensorError) {
        guard ct_require_collectives(device.name) == 0 else {
            throw engineError("add up over processes on \(device)", [])
        }
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
