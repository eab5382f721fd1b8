"""Opens a log that Keel wrote with Inspect's own reader, and notes what Inspect read in it.

    make clients
    KEEL_RECORD=1 swift test -c release --disable-testable-imports --filter InspectLogTests
    ~/.cache/keel/client-venv/bin/python Scripts/goldens/inspect_log.py

Reads Tests/KeelEvaluationTests/Goldens/{inspect, inspect-gaps}.json, which the tests record, and
writes inspect-read.json beside them. With paths, checks those logs alone and writes nothing.
"""

import sys

# Beside this file lies a statistics.py, which Inspect would take for Python's own.
sys.path.pop(0)

import json
from importlib.metadata import version
from pathlib import Path

from inspect_ai.log import EvalLog, read_eval_log, read_eval_log_sample
from inspect_ai.log import read_eval_log_sample_summaries, read_eval_log_samples

OUT = Path(__file__).parents[2] / "Tests" / "KeelEvaluationTests" / "Goldens"


def check(path: Path) -> EvalLog:
    """Reads the log in each of Inspect's ways, which must agree."""
    log = read_eval_log(str(path))
    head = read_eval_log(str(path), header_only=True)
    whole = log.model_dump(exclude={"samples", "reductions"})
    assert head.model_dump(exclude={"samples", "reductions"}) == whole, "the head reads otherwise"
    assert not head.samples and log.version == 2

    # Nothing that the file says may be lost: an unknown field would be dropped in silence.
    written = json.loads(path.read_text())
    kept = json.loads(log.model_dump_json())
    lost = list(missing(written, kept, ""))
    assert not lost, f"Inspect does not know {lost}"

    samples = log.samples or []
    keys = [(sample.id, sample.epoch) for sample in samples]
    assert len(set(keys)) == len(keys) and {key[0] for key in keys} <= set(log.eval.dataset.sample_ids)
    assert len({sample.uuid for sample in samples}) == len(samples)
    assert len(samples) == log.results.completed_samples
    assert (log.status == "success") == (len(samples) == log.results.total_samples)
    assert len(read_eval_log_sample_summaries(str(path))) == len(samples)
    streamed = read_eval_log_samples(str(path), all_samples_required=log.status == "success")
    assert {(sample.id, sample.epoch) for sample in streamed} == set(keys)
    for id, epoch in keys[:3]:
        assert read_eval_log_sample(str(path), id, epoch).id == id
    for score in log.results.scores:
        for dimension, metric in score.metrics.items():
            found = [
                sample.scores[score.name]
                for sample in samples
                if sample.metadata["dimension"] == dimension and score.name in sample.scores
            ]
            assert len(found) <= metric.metadata["readings"], (score.name, dimension)
    return log


def missing(written, kept, place):
    """Fields of the file that are not in what Inspect writes back."""
    if isinstance(written, dict):
        for key, value in written.items():
            if not isinstance(kept, dict) or key not in kept:
                yield f"{place}.{key}"
            else:
                yield from missing(value, kept[key], f"{place}.{key}")
    elif isinstance(written, list):
        for index, value in enumerate(written):
            yield from missing(value, kept[index], f"{place}[{index}]")


def summary(log: EvalLog) -> dict:
    return {
        "inspect": version("inspect_ai"),
        "status": log.status,
        "task": log.eval.task,
        "id": log.eval.eval_id,
        "model": log.eval.model,
        "created": log.eval.created,
        "canary": log.eval.metadata["canary"],
        "total": log.results.total_samples,
        "completed": log.results.completed_samples,
        "results": {
            score.name: {name: metric.value for name, metric in score.metrics.items()}
            for score in log.results.scores
        },
        "samples": {
            f"{sample.id} {sample.epoch}": {
                "roles": [message.role for message in sample.messages],
                "answer": sample.output.completion,
                "stop": sample.output.stop_reason if sample.output.choices else "",
                "tokens": sum(usage.output_tokens for usage in sample.model_usage.values()),
                "scores": {name: score.value for name, score in sample.scores.items()},
            }
            for sample in log.samples
        },
    }


def main() -> None:
    for path in sys.argv[1:]:
        log = check(Path(path))
        print(f"Inspect {version('inspect_ai')} reads {len(log.samples)} samples, {log.status}.")
    if len(sys.argv) == 1:
        read = {name: summary(check(OUT / f"{name}.json")) for name in ("inspect", "inspect-gaps")}
        text = json.dumps(read, indent=1, sort_keys=True)
        (OUT / "inspect-read.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
