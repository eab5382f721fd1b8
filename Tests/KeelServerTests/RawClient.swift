import Foundation
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A client that sends bytes as they are, for requests that no proper client makes.
///
/// It waits on threads of its own: those of the tasks may all be busy.
final class RawClient: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        #if canImport(Darwin)
            descriptor = socket(AF_INET, SOCK_STREAM, 0)
        #else
            descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #endif
        var limit = timeval(tv_sec: 40, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(
            descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, size)
            }
        }
        try #require(status == 0, "no connection")
    }

    deinit { close(descriptor) }

    /// Sends bytes; what the server does not take any more is dropped.
    func send(_ bytes: some Sequence<UInt8> & Sendable) async {
        let bytes = Array(bytes)
        await onThread { [descriptor] in
            var sent = 0
            while sent < bytes.count {
                let count = bytes[sent...].withUnsafeBytes {
                    #if canImport(Darwin)
                        Darwin.send(descriptor, $0.baseAddress, $0.count, 0)
                    #else
                        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                    #endif
                }
                if count <= 0 { return }
                sent += count
            }
        }
    }

    /// What comes until the server closes, or until a text is there.
    func receive(until text: String? = nil) async -> String {
        await onThread { [descriptor] in
            var all: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(descriptor, &part, part.count, 0)
                if count <= 0 { break }
                all += part[..<count]
                if let text, String(decoding: all, as: UTF8.self).contains(text) { break }
            }
            return String(decoding: all, as: UTF8.self)
        }
    }

    /// Ends the connection from this side at once.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Ends the sending side alone.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    private func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
