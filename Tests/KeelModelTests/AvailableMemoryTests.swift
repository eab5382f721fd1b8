import Foundation
import KeelModel
import TestSupport
import Testing

/// How much memory there is for a model, as Linux tells it.
@Suite struct AvailableMemoryTests {
    @Test func `free memory counts swap, up to what there is in all`() {
        let information =
            "MemTotal:       24000000 kB\nMemFree: 1 kB\nMemAvailable:   18161584 kB\n"
        #expect(AvailableMemory.free(in: information) == 18_161_584.0 * 1024)
        #expect(
            AvailableMemory.free(in: information + "SwapFree:  1000000 kB\n")
                == 19_161_584.0 * 1024)
        #expect(
            AvailableMemory.free(in: information + "SwapFree:  9000000 kB\n")
                == 24_000_000.0 * 1024)
        #expect(AvailableMemory.free(in: "MemTotal: 1 kB\n") == nil)
        #expect(AvailableMemory.free(in: "MemAvailable: many\n") == nil)
        #expect(AvailableMemory.byteCount.map { $0 > 0 } != false)
    }

    /// Writes files of control groups, by path.
    private func mounted(_ files: [String: String]) throws -> Scratch {
        let scratch = try Scratch()
        for (path, text) in files {
            let file = URL(filePath: scratch.path + "/" + path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        return scratch
    }

    @Test func `each group with a limit counts, pages of files taken back`() throws {
        let root = try mounted([
            "a/memory.max": "1000\n", "a/memory.current": "600\n",
            "a/memory.stat": "anon 1\nactive_file 100\ninactive_file 50\nworkingset_x_file 9\n",
            "a/b/memory.max": "max\n", "a/b/memory.current": "300\n",
            "memory.max": "90\n", "memory.current": "100\n",
        ])
        withExtendedLifetime(root) {
            #expect(AvailableMemory.leftByGroups("0::/a/b\n", root: root.path) == [0, 550])
            // In a container the path may be that of the host, and the root its own.
            #expect(AvailableMemory.leftByGroups("0::/elsewhere\n", root: root.path) == [0])
            #expect(AvailableMemory.leftByGroups("", root: root.path) == [])
        }
    }

    @Test func `groups of version 1 count, too`() throws {
        let root = try mounted([
            "memory/a/memory.limit_in_bytes": "2000\n", "memory/a/memory.usage_in_bytes": "500\n",
            "memory/a/memory.stat":
                "active_file 7\ntotal_active_file 20\ntotal_inactive_file 30\n",
        ])
        let membership = "5:cpu,cpuacct:/a\n4:memory:/a\n0::/\n"
        withExtendedLifetime(root) {
            #expect(AvailableMemory.leftByGroups(membership, root: root.path) == [1550])
        }
    }
}
