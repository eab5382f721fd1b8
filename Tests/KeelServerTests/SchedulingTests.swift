import Foundation
import KeelLanguage
import KeelServer
import NIOHTTP1
import Synchronization
import Testing

/// Whose turn it is, and what happens when there is too much or an end.
@Suite struct SchedulingTests {
    /// Holds those who pass until they are let go.
    private actor Gate {
        private var order: [String] = []
        private var held: [CheckedContinuation<Void, Never>] = []
        private var watchers: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

        func pass(_ name: String) async {
            order.append(name)
            for watcher in watchers where watcher.count <= order.count {
                watcher.continuation.resume()
            }
            watchers.removeAll { $0.count <= order.count }
            await withCheckedContinuation { held.append($0) }
        }

        func letOneGo() { if !held.isEmpty { held.removeFirst().resume() } }

        func passed(_ count: Int) async -> [String] {
            if order.count < count {
                await withCheckedContinuation { watchers.append((count, $0)) }
            }
            return order
        }
    }

    private func until(_ queue: FairQueue, waits count: Int) async {
        while queue.load.waiting != count { await Task.yield() }
    }

    @Test func `a client with many requests does not hold up one with few`() async throws {
        let queue = FairQueue(runningLimit: 1, waitingLimit: 100, clientLimit: 100)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<6 {
                group.addTask {
                    try await queue.run(client: "crowd", weight: 1) { await gate.pass("crowd") }
                }
                if number == 0 { _ = await gate.passed(1) }
            }
            await until(queue, waits: 5)
            group.addTask {
                try await queue.run(client: "ann", weight: 1) { await gate.pass("ann") }
            }
            await until(queue, waits: 6)
            group.addTask {
                try await queue.run(client: "bob", weight: 1) { await gate.pass("bob") }
            }
            await until(queue, waits: 7)
            for count in 2...8 {
                await gate.letOneGo()
                _ = await gate.passed(count)
            }
            await gate.letOneGo()
            try await group.waitForAll()
        }
        let order = await gate.passed(8)
        #expect(Set(order[1...3]).isSuperset(of: ["ann", "bob"]))
        #expect(order[4...].allSatisfy { $0 == "crowd" })
        #expect(queue.load.running == 0 && queue.load.waiting == 0)
    }

    @Test func `a large request is not starved by small ones, and none exceeds the whole`()
        async throws
    {
        let queue = FairQueue(runningLimit: 2, waitingLimit: 100, clientLimit: 100)
        let gate = Gate()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queue.run(client: "a", weight: 1) { await gate.pass("a") } }
            _ = await gate.passed(1)
            group.addTask {
                try await queue.run(client: "large", weight: 16) { await gate.pass("large") }
            }
            await until(queue, waits: 1)
            group.addTask {
                try await queue.run(client: "small", weight: 1) { await gate.pass("small") }
            }
            await until(queue, waits: 2)
            for count in 2...3 {
                await gate.letOneGo()
                _ = await gate.passed(count)
            }
            await gate.letOneGo()
            try await group.waitForAll()
        }
        #expect(await gate.passed(3) == ["a", "large", "small"])
    }

    @Test func `one who gives up waiting makes room, and every other passes once`() async throws {
        let queue = FairQueue(runningLimit: 1, waitingLimit: 2, clientLimit: 2)
        let gate = Gate()
        let first = Task {
            try await queue.run(client: "a", weight: 1) { await gate.pass("first") }
        }
        _ = await gate.passed(1)
        let gone = Task { try await queue.run(client: "a", weight: 1) { await gate.pass("gone") } }
        await until(queue, waits: 1)
        let next = Task { try await queue.run(client: "a", weight: 1) { await gate.pass("next") } }
        await until(queue, waits: 2)
        await #expect(throws: FairQueue.Refusal.self) {
            try await queue.run(client: "b", weight: 1) {}
        }
        gone.cancel()
        await #expect(throws: CancellationError.self) { try await gone.value }
        await gate.letOneGo()
        try await first.value
        #expect(await gate.passed(2) == ["first", "next"])
        await gate.letOneGo()
        try await next.value
        queue.close()
        await #expect(throws: FairQueue.Refusal.isClosed) {
            try await queue.run(client: "a", weight: 1) {}
        }
    }

    @Test func `when the queue is full a client is told when to come again`() async throws {
        let model = EndlessModel()
        let limits = QueueLimits(running: 1, waiting: 2, waitingPerClient: 1)
        try await withServer(
            [.one(model, limits: limits)],
            configure: { configuration in
                for name in ["ann", "bob", "cat"] {
                    try? configuration.access.add("token-of-\(name)", name: name, role: .user)
                }
                configuration.limits.grace = .zero
            }
        ) { server in
            func headers(_ name: String) -> [(String, String)] {
                [("authorization", "Bearer token-of-\(name)")]
            }
            func waits(_ count: Int) async throws {
                while try await server.send(.GET, "/health").json["waiting"] as? Int != count {
                    await Task.yield()
                }
            }
            let running = Task { try await server.chat(headers: headers("ann")) }
            await model.until { running, _ in running == 1 }
            let waiting = Task { try await server.chat(headers: headers("ann")) }
            try await waits(1)
            let greedy = try await server.chat(headers: headers("ann"))
            #expect(greedy.status == 429 && greedy.error["type"] as? String == "rate_limit_error")
            let other = Task { try await server.chat(headers: headers("bob")) }
            try await waits(2)
            let full = try await server.chat(headers: headers("cat"))
            #expect(full.status == 503 && full.error["code"] as? String == "queue_full")
            for answer in [greedy, full] {
                let seconds = try #require(answer.headers["retry-after"].first.flatMap { Int($0) })
                #expect((1...120).contains(seconds))
            }
            // The end of the server: what ran is handed over, what waited is told to come again.
            await server.server.stop()
            let handed = try await running.value
            #expect(handed.status == 200)
            let choice = (handed.json["choices"] as? [[String: Any]])?.first
            #expect(choice?["finish_reason"] as? String == "cancelled")
            for task in [waiting, other] {
                let refused = try await task.value
                #expect(refused.status == 503 && refused.error["code"] as? String == "stopping")
            }
        }
    }

    @Test func `a server that stops lets an answer come to its end`() async throws {
        let (signal, go) = AsyncStream.makeStream(of: Void.self)
        let (began, begin) = AsyncStream.makeStream(of: Void.self)
        let slow = ScriptedChatModel(name: "slow") { _, _, _ in
            begin.yield()
            for await _ in signal { break }
            return "whole"
        }
        let server = try await TestServer([.one(slow)])
        let answer = Task { try await server.chat() }
        for await _ in began { break }
        let stopped = Task { try await server.stop() }
        // The server has heard of it when it refuses on a connection of old.
        go.yield()
        #expect(try await answer.value.text.contains("whole"))
        try await stopped.value
        await #expect(throws: (any Error).self) { try await server.send(.GET, "/health") }
    }
}
