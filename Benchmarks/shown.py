"""What `make bench` prints of figures: tables, shares of the machine's roofs, and what was to be reached."""

import json
from itertools import zip_longest

MODEL = "smollm2-135m"
ROOFS = ["matrix-product", "memory"]
TITLES = {
    "prefill": "read a prompt of 512",
    "decode": "write 1 at once, greedy",
    "sample-16": "write 16 at once",
    "sample-64": "write 64 at once",
    "load": "start until ready (less is better)",
    "peak": "peak memory (less is better)",
    "matrix-product": "matrix product, float32",
    "memory": "memory read",
}
# What Keel is meant to reach: how many times a peer's figure.
TARGETS = [
    ("prefill", "transformers", 1.5),
    ("decode", "transformers", 1.5),
    ("sample-16", "transformers", 3),
    ("sample-16", "llama.cpp", 2),
]
# The same for Keel's fastest way to hold weights, whose loss is said beside it.
FEW_BITS = ["int8", "int4"]
FEW_BIT_TARGETS = [
    ("decode", "llama.cpp Q8_0", 1),
    ("decode", "llama.cpp", 0.9),
    ("sample-16", "OpenVINO GenAI", 1.1),
    ("sample-64", "OpenVINO GenAI", 1.1),
]


def roof(measure, config, product, memory):
    """The most tokens a second that float32 weights allow, and which of the two roofs it is.

    `config` is the model's `config.json`. Reading a prompt multiplies each weight once a token, the
    output layer only for the last; writing a token of each answer reads all weights once. Attention
    is not counted, so shares are a little lower than the truth.
    """
    hidden, layers = config["hidden_size"], config["num_hidden_layers"]
    share = config["num_key_value_heads"] / config["num_attention_heads"]
    block = 2 * hidden**2 * (1 + share) + 3 * hidden * config["intermediate_size"]
    output = config["vocab_size"] * hidden
    if measure == "prefill":
        tokens, work = 512, 2 * (512 * layers * block + output)
    else:
        tokens = 1 if measure == "decode" else int(measure.removeprefix("sample-"))
        work = 2 * tokens * (layers * block + output)
    by_product = tokens * product * 1e9 / work
    by_memory = tokens * memory * 1e9 / (4 * (layers * block + output))
    return min((by_product, "matrix product"), (by_memory, "memory"))


def report(machine, folder, keel, peers, torch, more):
    print(f"\n{machine['cpu']}, {machine['threads']} threads, {machine['date']}")
    print(", ".join(f"{name} {version}" for name, version in machine["versions"].items()), end="")
    print(f", commit {machine['commit'] or 'unknown'}")
    print(f"{MODEL}; medians of {machine['rounds']} rounds in turns (least to greatest)\n")
    disturbance = max(p.disturbance for p in [keel, *peers, torch, more])
    if disturbance > 0.05:
        print(f"Not to be trusted: others took up to {100 * disturbance:.0f} % of the cores.\n")

    rows = [["", "unit", "Keel", *(p.name for p in peers), *(f"Keel / {p.name}" for p in peers)]]
    for measure in ["prefill", "decode", "sample-16", "load", "peak"]:
        rows.append(
            [TITLES[measure], keel.units.get(measure, ""), keel.cell(measure)]
            + [peer.cell(measure) for peer in peers]
            + [times(ratio(keel, peer, measure)) for peer in peers]
        )
    rows.append([TITLES["sample-64"], more.units.get("sample-64", ""), more.cell("sample-64")])
    table(rows)

    print()
    rows = [["roofs", "unit", "torch", "Keel"]]
    for measure in ROOFS:
        rows.append([TITLES[measure], torch.units.get(measure, "")])
        rows[-1] += [program.cell(measure) for program in (torch, more)]
    table(rows)

    # The higher of both: a roof that one of them breaks through is none.
    roofs = [max(torch.figures[m] + more.figures[m], default=None) for m in ROOFS]
    if all(roofs) and folder.exists():
        config = json.loads((folder / "config.json").read_text())
        print()
        rows = [["Keel's share", "share", "roof, tokens/s", "which"]]
        for measure in ["prefill", "decode", "sample-16", "sample-64"]:
            figure = (more if measure == "sample-64" else keel).middle(measure)
            most, which = roof(measure, config, *roofs)
            share = f"{100 * figure / most:.0f} %" if figure else ""
            rows.append([TITLES[measure], share, number(most), which])
        table(rows)

    named = {peer.name: peer for peer in peers}
    targets(
        (f"{TITLES[measure]}, {name}", least, ratio(keel, named[name], measure))
        for measure, name, least in TARGETS
    )

    for program in [keel, *peers, torch, more]:
        if program.failure:
            print(f"\n{program.name} failed: {program.failure}")


def report_few_bits(keel, more, few, peers, losses):
    """Keel with weights in 8 and 4 bits, beside those whose weights are, too."""
    ours, named = [keel, *few], {peer.name: peer for peer in peers}
    print()
    rows = [["weights in few bits", "unit", *(p.name for p in [*ours, *peers])]]
    for measure in ["prefill", "decode", "sample-16", "sample-64", "load", "peak"]:
        cells = [(more if measure == "sample-64" and p is keel else p).cell(measure) for p in ours]
        unit = next((p.units[measure] for p in [*ours, *peers] if measure in p.units), "")
        rows.append([TITLES[measure], unit, *cells, *(p.cell(measure) for p in peers)])
    table(rows)
    print()
    for bits, cost in losses.items():
        if cost is None:
            print(f"What {bits} costs was not measured.")
            continue
        low, high = cost["interval"] or [float("nan")] * 2
        print(
            f"{bits}: a token becomes less probable by {cost['mean']:.4f} nats ({low:.4f} to "
            f"{high:.4f}, {cost['texts']} texts); divergence {cost['divergence']:.4f} nats; the "
            f"likeliest token is the same at {100 * cost['agreement']:.1f} %."
        )

    def measured(measure, name):
        known = [p for p in [*ours, more] if p.figures.get(measure)]
        best = max(known, key=lambda p: p.middle(measure), default=None)
        if best is None or name not in named:
            return f"{TITLES[measure]}, {name}", None
        return f"{TITLES[measure]}, {name}: {best.name}", ratio(best, named[name], measure)

    found = [(*measured(measure, name), least) for measure, name, least in FEW_BIT_TARGETS]
    targets((title, least, value) for title, value, least in found)
    for program in [*few, *peers]:
        if program.failure:
            print(f"\n{program.name} failed: {program.failure}")
    if "OpenVINO GenAI" not in named:
        print("\nOpenVINO GenAI was left out: its wheel does not install here.")


def targets(wanted):
    """What was to be reached: title, least ratio and measured ratio, None where there is none."""
    print()
    rows = [["target", "at least", "measured", ""]]
    for title, least, value in wanted:
        verdict = "not measured" if value is None else "met" if value >= least else "missed"
        rows.append([title, times(least), times(value), verdict])
    table(rows)


def ratio(keel, peer, measure):
    ours, theirs = keel.middle(measure), peer.middle(measure)
    return ours / theirs if ours and theirs else None


def times(value):
    return "" if value is None else f"{value:.2f} x"


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def table(rows):
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
