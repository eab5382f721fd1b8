"""The page of `history.py`: a table of the newest figures, a chart for each row, all sessions."""

from html import escape
from statistics import median

STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --paper: #fff; --faint: #5b6675; --line: #d5dae1;
  --mark: #0b5cad; --goal: #a14500; --bad: #a3152a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --paper: #14181f; --faint: #a3adba;
  --line: #38404c; --mark: #7cb8ff; --goal: #ffb37a; --bad: #ff95a3; } }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; }
h2 { margin-top: 2.5rem; } p, figcaption { max-width: 44rem; } figure { margin: 1rem 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; } td.n { text-align: right; } figcaption, .faint { color: var(--faint); }
.missed { color: var(--bad); font-weight: 600; } svg { width: 100%; height: auto; min-width: 26rem; }
svg text { fill: var(--faint); font-size: 11px; } .axis { stroke: var(--line); }
.goal { stroke: var(--goal); stroke-dasharray: 6 4; } .one { stroke: var(--faint); }
.mark { fill: var(--mark); stroke: var(--mark); } .mark.open { fill: var(--paper); }
:focus-visible { outline: 3px solid var(--mark); }
"""


def page(sessions, pairs, goals, titles, closes, cell, disturbed):
    parts = [
        "<!DOCTYPE html>", '<html lang="en">', '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        "<title>Keel beside its peers, over time</title>", f"<style>{STYLE}</style>", "<main>",
        "<h1>Keel beside its peers, over time</h1>",
        f"<p>{len(sessions)} sessions of <code>make bench</code>, from {sessions[0].name} to "
        f"{sessions[-1].name} (UTC). In a session every program runs on the same machine, in turns; "
        "figures are medians over its rounds, with least and greatest. Ratios travel between "
        "machines, absolute figures do not.</p>",
        *newest(sessions, pairs, goals, titles, closes, cell),
        *shares(sessions, titles),
        "<h2>Over time</h2>",
        f"<p>How many times as good as the peer Keel was: above 1 it was better. A bar spans the "
        f"rounds; the dashed line is what was to be reached. An open mark: others took more than "
        f"{100 * disturbed:.0f} % of the cores meanwhile, so the session is not to be trusted.</p>",
    ]
    for key in pairs:
        parts += chart(sessions, key, goals, titles, disturbed)
    parts += all_sessions(sessions, disturbed)
    return "\n".join([*parts, "</main>", "</html>", ""])


def newest(sessions, pairs, goals, titles, closes, cell):
    """Side by side: of each row the newest session that has it."""
    yield "<h2>The newest figures</h2>"
    yield '<div class="wide" tabindex="0" role="region" aria-label="The newest figures"><table>'
    yield ("<thead><tr>" + "".join(f'<th scope="col">{name}</th>' for name in (
        "row", "Keel", "peer", "times", "to be reached", "", "what would close it", "session")) + "</tr></thead><tbody>")
    for measure, peer in pairs:
        session = next(s for s in reversed(sessions) if s.ratio(measure, peer))
        ratio, low, high = session.ratio(measure, peer)
        unit, goal = session.units[measure], goals.get((measure, peer))
        verdict = "met" if ratio >= (goal or 1) else "missed" if goal else "behind"
        verdict = verdict if goal or ratio < 1 else ""
        note = closes.get((measure, peer), "not known yet") if verdict in ("missed", "behind") else ""
        yield (
            f'<tr><th scope="row">{escape(titles[measure])}</th>'
            f"<td>{cell(session.keel(measure, peer), unit)}</td>"
            f"<td>{escape(peer)}: {cell(session.figures[measure, peer], unit)}</td>"
            f'<td class="n">{ratio:.2f} ({low:.2f} to {high:.2f})</td>'
            f'<td class="n">{"" if goal is None else f"{goal:g}"}</td>'
            f'<td class="{"missed" if verdict in ("missed", "behind") else ""}">{verdict}</td>'
            f"<td>{escape(note)}</td>"
            f'<td><a href="#{anchor(session)}">{session.name}</a></td></tr>')
    yield "</tbody></table></div>"


def shares(sessions, titles):
    """The share of the machine's roof, of the newest session that has roofs."""
    measures = ["prefill", "decode", "sample-16", "sample-64"]
    session = next((s for s in reversed(sessions) if any(map(s.share, measures))), None)
    if session is None:
        return
    yield "<h2>The share of the roof</h2>"
    yield (f'<p>Session <a href="#{anchor(session)}">{session.name}</a>. The roof is what float32 '
           "weights allow: the fastest matrix product, or the fastest reading of memory, that torch "
           "or Keel reached in the session. Attention is not counted.</p>")
    yield '<div class="wide" tabindex="0" role="region" aria-label="The share of the roof"><table>'
    yield ('<thead><tr><th scope="col">row</th><th scope="col">Keel’s share</th>'
           '<th scope="col">roof</th></tr></thead><tbody>')
    for measure in measures:
        if found := session.share(measure):
            yield (f'<tr><th scope="row">{escape(titles[measure])}</th>'
                   f'<td class="n">{100 * found[0]:.0f} %</td><td>{found[1]}</td></tr>')
    yield "</tbody></table></div>"


def chart(sessions, key, goals, titles, disturbed):
    """A ratio in every session that has it, in order of time."""
    points = [(s, s.ratio(*key)) for s in sessions if s.ratio(*key)]
    goal = goals.get(key)
    width, height, left, bottom = 720, 220, 44, 56
    top = 1.1 * max([p[2] for _, p in points] + [goal or 0, 1])
    step = (width - left - 20) / len(points)

    def y(value):
        return 10 + (height - bottom - 10) * (1 - value / top)

    title = f"{titles[key[0]]}, beside {key[1]}"
    said = ", ".join(f"{s.name}: {r[0]:.2f}" for s, r in points)
    yield f"<figure><h3>{escape(title)}</h3>"
    yield f'<div class="wide" tabindex="0" role="region" aria-label="{escape(title)}">'
    yield f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(said)}">'
    for tick in ticks(top):
        yield (f'<line class="axis" x1="{left}" x2="{width}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
               f'<text x="{left - 6}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick:g}</text>')
    lines = [(1, "one")] + ([(goal, "goal")] if goal else [])
    for value, kind in lines:
        yield (f'<line class="{kind}" x1="{left}" x2="{width}" y1="{y(value):.1f}" '
               f'y2="{y(value):.1f}"/>')
    for number, (session, (middle, low, high)) in enumerate(points):
        x = left + step * (number + 0.5)
        mark = "mark open" if session.disturbance > disturbed else "mark"
        yield (f'<line class="{mark}" x1="{x:.1f}" x2="{x:.1f}" y1="{y(low):.1f}" y2="{y(high):.1f}"/>'
               f'<circle class="{mark}" cx="{x:.1f}" cy="{y(middle):.1f}" r="4"/>')
        if number % max(1, len(points) // 8) == 0:
            yield (f'<text x="{x:.1f}" y="{height - 34}" text-anchor="middle">{session.name[5:10]}'
                   f'</text><text x="{x:.1f}" y="{height - 20}" text-anchor="middle">'
                   f"{escape(commit(session))}</text>")
    reached = f" To be reached: {goal:g}." if goal else ""
    yield "</svg></div>"
    yield (f"<figcaption>Median over all sessions {median(r[0] for _, r in points):.2f}, newest "
           f"{points[-1][1][0]:.2f}.{reached}</figcaption></figure>")


def ticks(top):
    step = next((s for s in (0.5, 1, 2, 5, 10, 20, 50) if top / s <= 6), 100)
    return [step * n for n in range(int(top / step) + 1)]


def all_sessions(sessions, disturbed):
    yield "<h2>Sessions</h2>"
    yield '<div class="wide" tabindex="0" role="region" aria-label="Sessions"><table>'
    yield ("<thead><tr>" + "".join(f'<th scope="col">{name}</th>' for name in (
        "date (UTC)", "machine", "commit", "versions", "model", "others’ share of the cores",
        "failed")) + "</tr></thead><tbody>")
    for s in reversed(sessions):
        versions = ", ".join(f"{k} {v}" for k, v in s.machine["versions"].items())
        others = f"{100 * s.disturbance:.0f} %" if s.disturbance else "not measured"
        style = ' class="missed"' if s.disturbance > disturbed else ""
        yield (f'<tr id="{anchor(s)}"><th scope="row">{s.name}</th><td>{escape(s.place)}</td>'
               f"<td>{escape(commit(s))}</td><td>{escape(versions)}</td>"
               f"<td>{escape(s.machine['model'].split(' sha256')[0])}</td>"
               f"<td{style}>{others}</td><td>{escape('; '.join(s.failures))}</td></tr>")
    yield "</tbody></table></div>"


def commit(session):
    return session.machine.get("commit", "") or "unknown"


def anchor(session):
    return "s" + "".join(c for c in session.machine["date"] if c.isdigit())
