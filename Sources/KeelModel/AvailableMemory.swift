internal import Foundation

/// Memory that a program can still take.
package enum AvailableMemory {
    /// In bytes; nil where the system does not tell.
    package static var byteCount: Double? {
        #if os(Linux)
            let limits = leftByGroups(text("/proc/self/cgroup"), root: "/sys/fs/cgroup")
            let system = free(in: text("/proc/meminfo"))
            return system.map { limits.reduce($0, min) } ?? limits.min()
        #else
            return Double(ProcessInfo.processInfo.physicalMemory)
        #endif
    }

    /// What `/proc/meminfo` says: free, held by what can be read again, or made free by moving to swap what
    /// others hold; no more than there is in all, as weights in swap would be read anew for each token.
    package static func free(in information: String) -> Double? {
        var bytes: [Substring: Double] = [:]
        for line in information.split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count > 1, let kilobytes = Double(parts[1]) {
                bytes[parts[0]] = kilobytes * 1024
            }
        }
        guard let available = bytes["MemAvailable:"] else { return nil }
        let total = max(available, bytes["MemTotal:"] ?? 0)
        return min(available + (bytes["SwapFree:"] ?? 0), total)
    }

    /// What the limits of containers and other control groups leave, the pages of files not counted, which
    /// can be read again.
    /// - Parameters:
    ///   - membership: What `/proc/self/cgroup` says, `ID:controllers:path` a line; version 2 names no
    ///     controllers.
    ///   - root: Where groups are mounted. A container often sees its own group there, whatever the path.
    /// - Returns: In bytes, of each group that has a limit: the process's own, and all above it.
    package static func leftByGroups(_ membership: String, root: String) -> [Double] {
        membership.split(separator: "\n").flatMap { line -> [Double] in
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { return [] }
            let isFirst = parts[1].split(separator: ",").contains("memory")
            guard isFirst || parts[1].isEmpty else { return [] }
            let folders = parts[2].split(separator: "/").map(String.init)
            return (0...folders.count).compactMap { count in
                let mount = isFirst ? root + "/memory" : root
                let folder = ([mount] + folders.prefix(count)).joined(separator: "/")
                return isFirst
                    ? left(in: folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
                    : left(in: folder, "memory.max", "memory.current", "")
            }
        }
    }

    private static func left(
        in folder: String, _ limit: String, _ taken: String, _ prefix: String
    ) -> Double? {
        func number(_ name: String) -> Double? {
            Double(text(folder + "/" + name).trimmingCharacters(in: .whitespacesAndNewlines))
        }
        guard let limit = number(limit), let taken = number(taken) else { return nil }
        let names = [prefix + "active_file", prefix + "inactive_file"]
        let pages = text(folder + "/memory.stat").split(separator: "\n").compactMap {
            line -> Double? in
            let parts = line.split(separator: " ").map(String.init)
            return parts.count == 2 && names.contains(parts[0]) ? Double(parts[1]) : nil
        }
        return max(0, limit - taken + pages.reduce(0, +))
    }

    private static func text(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}
