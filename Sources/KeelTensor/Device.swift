internal import CTorch

/// Where tensors live and are computed: `cpu`, `cuda`, `cuda:1`, `mps`.
public struct Device: Hashable, Sendable, CustomStringConvertible {
    /// As PyTorch writes it.
    public let name: String

    /// The CPU, which every engine has.
    public static let cpu = Device(unchecked: "cpu")

    /// The device of this name.
    /// - Throws: `TensorError` when there is no such device on this machine.
    public init(_ name: String) throws(TensorError) {
        guard ct_device_available(name) else {
            throw TensorError(
                operation: "device \"\(name)\"",
                reason: "there is no such device on this machine; available: "
                    + Device.available.map(\.name).joined(separator: ", "))
        }
        self.name = name
    }

    /// The devices of this machine, the fastest kind first.
    public static var available: [Device] {
        ["cuda", "mps", "cpu"].filter { (name: String) in ct_device_available(name) }
            .map(Device.init(unchecked:))
    }

    /// How many CUDA devices this process sees.
    public static var cudaCount: Int {
        (0..<128).prefix { ct_device_available("cuda:\($0)") }.count
    }

    package init(unchecked name: String) {
        self.name = name
    }

    public var description: String { name }
}
