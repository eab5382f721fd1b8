import Foundation
import KeelLanguage
import KeelRemote
import TestSupport
import Testing

/// llama.cpp's own server with the default model, as `make clients` installs it.
@Suite(.serialized) struct RealServerTests {
    @Test(.enabled(if: LlamaServer.isThere, LlamaServer.reason))
    func `llama.cpp's server answers, streams, repeats by seed, and says that it can't score`()
        async throws
    {
        let server = try await LlamaServer.start()
        defer { server.stop() }
        // Its API in OpenAI's manner, and in Anthropic's.
        for prefix in ["", "anthropic:"] {
            let model = try await RemoteChatModel.connect(
                to: RemoteAddress("\(prefix)http://127.0.0.1:\(server.port)#default"),
                limits: RemoteLimits(concurrency: 4))
            let prompt = Prompt.messages([.system("Be brief."), .user("Name a colour.")])
            let options = SamplingOptions(maxTokens: 12, seed: 5)
            let all = try await model.complete(prompt, samples: 0..<4, options: options)
            #expect(all.allSatisfy { !$0.text.isEmpty && $0.usage?.promptTokens ?? 0 > 10 })
            #expect(all.allSatisfy { (1...12).contains($0.tokenCount ?? 0) })
            var pieces: [String] = []
            var last: Completion?
            for try await event in model.stream(prompt, options: options) {
                switch event {
                case .text(let text): pieces.append(text)
                case .finished(let completion): last = completion
                }
            }
            #expect(pieces.joined() == last?.text && pieces.count > 1 && last?.usage != nil)
            guard prefix.isEmpty else { continue }
            #expect(model.facts["server"] == "llamacpp")
            #expect(Set(all.map(\.text)).count > 1)
            let again = try await model.complete(prompt, samples: 2..<3, options: options)
            #expect(again[0].text == all[2].text)
            let narrow = SamplingOptions(
                temperature: 1.2, topK: 1, topP: 0.9, minP: 0.05, repetitionPenalty: 1.1,
                maxTokens: 8, seed: 5)
            let only = try await model.complete(prompt, samples: 0..<2, options: narrow)
            #expect(only[0].text == only[1].text, "top-k of 1 leaves no choice")
            let text = try await model.complete(
                .text("The capital of France is"), options: .init(temperature: 0, maxTokens: 3))
            #expect(text.finish == .length && text.text.contains("Paris"))
            for prompt in [Prompt.text("It is"), .user("Hi")] {
                let error = await #expect(throws: RemoteError.self) {
                    try await model.score(" so", after: prompt)
                }
                #expect(error?.kind == "unusable")
            }
        }
    }
}

/// A server in a process of its own, which ends with its input.
private struct LlamaServer {
    let port: Int
    private let process: Process
    private let input: Pipe

    private static let model = Installed.cache + "/models/smollm2-135m-instruct.Q4_1.gguf"

    static let isThere =
        Installed.clients != nil && FileManager.default.fileExists(atPath: model)
    static let reason: Comment =
        "there is no default model, or no llama.cpp: make clients installs the latter"

    private static let script = """
        import os, sys, xllamacpp
        params = xllamacpp.CommonParams()
        params.model.path = sys.argv[1]
        params.n_ctx, params.n_parallel, params.port = 4096, 4, 0
        params.hostnames = ["127.0.0.1"]
        server = xllamacpp.Server(params)
        print("\\nPORT", server.listening_address.rsplit(":", 1)[1], flush=True)
        sys.stdin.read()
        os._exit(0)
        """

    static func start() async throws -> LlamaServer {
        let process = Process()
        process.executableURL = URL(filePath: try #require(Installed.clients).path)
        process.arguments = ["-c", script, model]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        // On a thread of its own: loading takes seconds.
        let said: String = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                var text = ""
                while !text.contains(/PORT \d+\n/) {
                    let data = output.fileHandleForReading.availableData
                    if data.isEmpty { break }
                    text += String(decoding: data, as: UTF8.self)
                }
                continuation.resume(returning: text)
            }
        }
        let port = try #require(
            said.firstMatch(of: /PORT (\d+)\n/).flatMap { Int($0.1) }, "the server did not start")
        return LlamaServer(port: port, process: process, input: input)
    }

    func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
