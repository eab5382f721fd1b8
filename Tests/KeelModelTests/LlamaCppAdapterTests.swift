import Foundation
import KeelModel
import KeelTensor
import TestSupport
import Testing

/// What Keel writes, loaded by llama.cpp, where `make clients` has installed it.
@Suite struct LlamaCppAdapterTests {
    @Test(.enabled(if: LlamaCpp.isThere, LlamaCpp.missing))
    func `an adapter written as GGUF moves log-probabilities in llama.cpp as it does here`()
        async throws
    {
        let scratch = try Scratch()
        let file = scratch.path + "/adapter.gguf"
        let adapter = try LoRA(folder: Golden.path("tiny-adapter"))
        try adapter.writeGGUF(
            to: file, for: LanguageModel.configuration(of: Golden.path("tiny-llama")))
        let tokens = [5, 17, 200, 256, 3, 99, 42, 257, 11, 12, 13]
        let language = try Golden.tiny()
        let plain = try language.logits(tokens).logSoftmax().rows()
        try adapter.attach(to: language.model)
        let adapted = try language.logits(tokens).logSoftmax().rows()

        let told = try await LlamaCpp.logprobs(
            model: Golden.path("adapters/tiny-llama.gguf"), adapter: file, after: tokens)
        try #require(told.count == 2)
        var moved: Float = 0
        for (ours, theirs) in zip([plain, adapted], told) {
            // Where the likeliest token ends the text, llama.cpp tells nothing.
            let toldCount = theirs.count { !$0.isEmpty }
            #expect(theirs.count == tokens.count && toldCount > tokens.count / 2)
            for (position, row) in theirs.enumerated() {
                for (token, value) in row {
                    let index = try #require(Int(token))
                    #expect(abs(ours[position][index] - value) < 1e-3)
                    moved = max(moved, abs(plain[position][index] - value))
                }
            }
        }
        // It does much more than round.
        #expect(moved > 1)
    }
}

extension LlamaCpp {
    private static let script = """
        import json, os, sys, xllamacpp as llama
        base, adapter, tokens = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
        def told(adapters):
            params = llama.CommonParams()
            params.model.path = base
            params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 128, 1, False, 0
            params.cpuparams.n_threads = 1
            # Keys and values in float32, so that only the order of sums differs.
            params.cache_type_k = params.cache_type_v = llama.ggml_type.GGML_TYPE_F32
            params.flash_attn_type = llama.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
            params.lora_adapters = adapters
            server = llama.Server(params)
            rows = []
            for end in range(1, len(tokens) + 1):
                answer = server.handle_completions({
                    "prompt": tokens[:end], "n_predict": 1, "n_probs": 300, "temperature": 0.0,
                    "cache_prompt": False})
                answer = answer if isinstance(answer, dict) else json.loads(answer)
                seen = answer["choices"][0]["logprobs"]
                top = seen["content"][0]["top_logprobs"] if seen and seen["content"] else []
                rows.append({str(entry["id"]): entry["logprob"] for entry in top})
            return rows
        rows = [told([]), told([llama.CommonAdapterLoraInfo(adapter, 1.0)])]
        print("\\nRESULT", json.dumps(rows), flush=True)
        os._exit(0)
        """

    /// Log-probabilities by token after each beginning of a text: without the adapter, and with it.
    static func logprobs(model: String, adapter: String, after tokens: [Int]) async throws
        -> [[[String: Float]]]
    {
        try await result(of: ["-c", script, model, adapter, "\(tokens)"])
    }
}
