"""What other programs reach at the measures of `keel bench`, as JSON lines in its form.

    peers.py convert GGUF FOLDER                       make the folder that transformers loads
    peers.py transformers THREADS FOLDER MEASURE...
    peers.py llama.cpp THREADS GGUF MEASURE...
    peers.py openvino THREADS GGUF MEASURE...          needs openvino-genai, see openvino.txt
    peers.py torch THREADS - MEASURE...                the roofs of this machine

Prompts, lengths, warm-up and sampling (temperature 1, nothing cut off) are those of `keel bench`.
No program ends an answer early: the end of a text is ignored.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

LONG = " A keel keeps the ship upright, whatever the wind and the sea want." * 32
SHORT = "Once upon a time"
ANSWER = 128


def main(program, *arguments):
    if program == "convert":
        return convert(*map(Path, arguments))
    threads, model, *measures = arguments
    start = time.perf_counter()
    programs = {
        "transformers": Transformers,
        "llama.cpp": LlamaCpp,
        "openvino": OpenVINO,
        "torch": Torch,
    }
    if program == "llama.cpp":
        peer = LlamaCpp(int(threads), model, max(map(samples_of, measures), default=1))
    else:
        peer = programs[program](int(threads), model)
    for measure in measures:
        if measure == "load":
            show(measure, time.perf_counter() - start, "s")
        elif measure == "matrix-product":
            show(measure, peer.matrix_product(), "GFLOP/s")
        elif measure == "memory":
            show(measure, peer.memory(), "GB/s")
        elif measure == "prefill":
            peer.read(LONG)
            show(measure, *rate(lambda: peer.read(LONG)))
        else:
            samples = samples_of(measure)
            peer.write(SHORT, samples, 4)
            show(measure, *rate(lambda: peer.write(SHORT, samples, ANSWER)))


def samples_of(measure):
    """Answers at once."""
    return int(measure.removeprefix("sample-")) if measure.startswith("sample-") else 1


def rate(work):
    start = time.perf_counter()
    tokens = work()
    return tokens / (time.perf_counter() - start), "tokens/s", f"{tokens} tokens"


def show(measure, value, unit, what=""):
    print(json.dumps({"measure": measure, "value": value, "unit": unit, "what": what}), flush=True)


def best(work):
    """Least seconds of five, after one to warm up."""
    work()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


class Transformers:
    """float32 and the defaults of the library, as most people run it."""

    def __init__(self, threads, folder):
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(threads)
        torch.manual_seed(0)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
        self.model.generation_config.eos_token_id = None
        self.no_grad = torch.no_grad

    def read(self, text):
        tokens = self.tokenizer(text, return_tensors="pt")
        with self.no_grad():
            self.model(**tokens, logits_to_keep=1)
        return tokens.input_ids.shape[1]

    def write(self, text, samples, count):
        tokens = self.tokenizer(text, return_tensors="pt")
        how = {"do_sample": False}
        if samples > 1:
            how = {"do_sample": True, "top_k": 0, "num_return_sequences": samples}
        output = self.model.generate(**tokens, max_new_tokens=count, **how)
        return output.shape[0] * (output.shape[1] - tokens.input_ids.shape[1])


class LlamaCpp:
    """The server inside the wheel, batched continuously: its fastest setting.

    It sets memory aside for as many slots as answers are written at once, and no more.
    """

    def __init__(self, threads, path, slots):
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = path
        parameters.n_parallel = slots
        parameters.n_ctx = slots * 1024
        parameters.cpuparams.n_threads = threads
        parameters.cpuparams_batch.n_threads = threads
        parameters.verbosity = 0
        self.server = xllamacpp.Server(parameters)

    def complete(self, text, count, **how):
        answer = self.server.handle_completions(
            {"prompt": text, "n_predict": count, "ignore_eos": True, "cache_prompt": False, **how}
        )
        return answer["usage"]

    def read(self, text):
        return self.complete(text, 1)["prompt_tokens"]

    def write(self, text, samples, count):
        if samples == 1:
            return self.complete(text, count, temperature=0)["completion_tokens"]

        def sample(seed):
            return self.complete(text, count, seed=seed, samplers=["temperature"], temperature=1)

        with ThreadPoolExecutor(samples) as pool:
            return sum(usage["completion_tokens"] for usage in pool.map(sample, range(samples)))


class OpenVINO:
    """OpenVINO GenAI with continuous batching, on the weights of the file as they are."""

    def __init__(self, threads, path):
        import openvino_genai

        scheduler = openvino_genai.SchedulerConfig()
        scheduler.cache_size = 2  # GB of keys and values, as Keel may take
        scheduler.max_num_seqs = 64
        scheduler.enable_prefix_caching = False
        self.pipeline = openvino_genai.LLMPipeline(
            path, "CPU", scheduler_config=scheduler, INFERENCE_NUM_THREADS=threads
        )
        self.tokenizer = self.pipeline.get_tokenizer()
        self.config = openvino_genai.GenerationConfig

    def complete(self, texts, count, **how):
        """The tokens of the prompts, and those written, of all texts together."""
        tokens = self.tokenizer.encode(texts)
        config = self.config(max_new_tokens=count, ignore_eos=True, **how)
        answers = self.pipeline.generate(tokens, config).tokens
        return int(tokens.attention_mask.data.sum()), sum(map(len, answers))

    def read(self, text):
        return self.complete([text], 1)[0]

    def write(self, text, samples, count):
        # Without top-k and top-p, and at temperature 1, unless told otherwise.
        return self.complete([text] * samples, count, do_sample=samples > 1)[1]


class Torch:
    """The fastest way found for each, since a roof that a program breaks through is none."""

    def __init__(self, threads, _):
        import torch

        torch.set_num_threads(threads)
        torch.set_grad_enabled(False)
        self.torch = torch

    def matrix_product(self):
        side = 2048
        a, b = self.torch.randn(2, side, side)
        ways = [lambda: a @ b]
        if self.torch.backends.mkldnn.is_available():
            onednn = self.torch.ops.mkldnn
            packed = onednn._reorder_linear_weight(b, side)
            ways.append(lambda: onednn._linear_pointwise(a, packed, None, "none", [], ""))
        return 2 * side**3 / min(map(best, ways)) / 1e9

    def memory(self):
        numbers = self.torch.ones(128 << 20)
        matrix, vector = numbers.view(-1, 4096), self.torch.ones(4096)
        ways = [numbers.sum, lambda: matrix @ vector]
        return 4 * numbers.numel() / min(map(best, ways)) / 1e9


def convert(gguf, folder):
    """Writes the weights as float32 safetensors, the form that transformers loads fastest."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    source = {"gguf_file": gguf.name}
    model = AutoModelForCausalLM.from_pretrained(gguf.parent, **source, dtype=torch.float32)
    # The weights are plain numbers now, but the model still calls itself quantized.
    del model.config.quantization_config
    model.hf_quantizer = None
    partial = folder.with_name(folder.name + ".partial")
    model.save_pretrained(partial)
    AutoTokenizer.from_pretrained(gguf.parent, **source).save_pretrained(partial)
    partial.rename(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
