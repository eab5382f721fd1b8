"""Says how probable llama.cpp finds tokens, for scripts and tests that compare it with Keel; needs the wheel xllamacpp alone.

    echo '[{"model": "m.gguf", "prompt": [1, 2], "completion": [3], "vocabulary": 300}]' | llama_logprobs.py

The last line is RESULT and a list of lists, with null where llama.cpp tells nothing.
"""

import json
import sys


class LlamaCpp:
    def __init__(self, model, adapter=None, context=128):
        import xllamacpp as llama
        parameters = llama.CommonParams()
        parameters.model.path = str(model)
        parameters.n_ctx, parameters.n_parallel, parameters.warmup = context, 1, False
        parameters.cpuparams.n_threads = 2
        parameters.verbosity = 0
        # Keys and values in float32, so that only the order of sums differs.
        parameters.cache_type_k = parameters.cache_type_v = llama.ggml_type.GGML_TYPE_F32
        parameters.flash_attn_type = llama.llama_flash_attn_type.LLAMA_FLASH_ATTN_TYPE_DISABLED
        if adapter:
            parameters.lora_adapters = [llama.CommonAdapterLoraInfo(str(adapter), 1.0)]
        self.server = llama.Server(parameters)

    def ask(self, tokens, **more):
        answer = self.server.handle_completions(
            {"prompt": tokens, "temperature": 0.0, "cache_prompt": False, "seed": 1, **more})
        return answer if isinstance(answer, dict) else json.loads(answer)

    def score(self, prompt, completion, vocabulary):
        """Log-probabilities of the completion's tokens; None where the likeliest token ends the text, and nothing is told."""
        result = []
        for i, token in enumerate(completion):
            told = self.ask(prompt + completion[:i], n_predict=1, n_probs=vocabulary)["choices"][0]["logprobs"]
            top = told["content"][0]["top_logprobs"] if told and told["content"] else []
            result.append(next((entry["logprob"] for entry in top if entry["id"] == token), None))
        return result


if __name__ == "__main__":
    found = [
        LlamaCpp(job["model"]).score(job["prompt"], job["completion"], job["vocabulary"]) for job in json.load(sys.stdin)]
    print("\nRESULT", json.dumps(found), flush=True)
