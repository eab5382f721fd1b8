import { get, onTokenNeeded } from "./api.js";
import { element } from "./markdown.js";
import { name as nameLanguage, speak, switchLanguage, word } from "./words.js";

const $ = (id) => document.getElementById(id);

function complain(error) {
  $("alert").textContent = error.message;
  $("alert").hidden = false;
}

const attempt = (work) => async (...args) => { try { await work(...args); } catch (error) { complain(error); } };

onTokenNeeded(() => new Promise((resolve) => {
  $("token").value = "";
  $("login").showModal();
  $("login").onclose = () => resolve($("token").value);
}));

// --- The list ---

async function list() {
  const { runs } = await get("/keel/runs");
  $("none").hidden = runs.length > 0;
  $("table").hidden = runs.length === 0;
  $("rows").replaceChildren(...runs.map((run) => {
    const path = `/keel/runs/${encodeURIComponent(run.id)}`;
    const tools = element("td", "");
    if (run.hasReport) {
      const open = element("button", "", word("report"));
      open.setAttribute("aria-label", `${word("report")}: ${run.id}`);
      open.onclick = attempt(async () => { location.assign((await get(`${path}/ticket`)).address); });
      tools.append(open, " ");
    }
    if (run.hasCurves) {
      const watch = element("button", "", word("curves"));
      watch.setAttribute("aria-label", `${word("curves")}: ${run.id}`);
      watch.onclick = attempt(() => follow(run.id, path));
      tools.append(watch);
    }
    const head = element("th", "", run.id);
    head.scope = "row";
    return element("tr", "", head, element("td", "", [run.method, run.suite, run.model].filter(Boolean).join(" · ")),
      element("td", "", new Date(run.changed * 1000).toLocaleString(document.documentElement.lang)), tools);
  }));
}

// --- Curves ---

let watched = 0;

/** Draws a run's numbers, and again while there are more of them. */
async function follow(id, path) {
  const mine = ++watched;
  const series = new Map();
  let next = 0;
  $("title").textContent = id;
  $("charts").replaceChildren();
  $("alarms").replaceChildren();
  $("curves").hidden = false;
  $("curves").scrollIntoView();
  while (mine === watched) {
    const part = await get(`${path}/metrics?from=${next}`);
    if (part.next < next) { series.clear(); $("alarms").replaceChildren(); }
    for (const line of part.lines) read(line, series);
    if (part.lines.length) {
      $("charts").replaceChildren(...[...series].filter(([key, points]) => points.length > 1 && !isMark(key)).map(([key, points]) => chart(key, points, series)));
      showAlarms(series);
    }
    if (!series.size && !part.lines.length && part.next === next) $("charts").replaceChildren(element("p", "", word("none")));
    const isMore = part.next !== next && part.lines.length > 0;
    next = part.next;
    if (!isMore) await new Promise((resolve) => setTimeout(resolve, 2000));
  }
}

/** Numbers of a training run have a step; those of a map have none, and no curve. */
function read(line, series) {
  let row;
  try { row = JSON.parse(line); } catch { return; }
  if (typeof row.step !== "number") return;
  for (const [key, value] of Object.entries(row)) {
    if (["step", "epoch", "time"].includes(key) || typeof value !== "number" || !Number.isFinite(value)) continue;
    if (!series.has(key)) series.set(key, []);
    series.get(key).push([row.step, value]);
  }
}

/** Limits and alarms are drawn into the curve of their monitor. */
const isMark = (key) => /^watch\/.*\/(limit|alarm|peak)$/.test(key);

/** The step at which a monitor gave alarm, if it did. */
const alarmOf = (key, series) => series.get(`${key}/alarm`)?.find(([, value]) => value === 1)?.[0];

/** A list that only grows, so that what is new is read out once. */
function showAlarms(series) {
  for (const key of series.keys()) {
    const step = alarmOf(key, series);
    if (step === undefined || [...$("alarms").children].some((item) => item.dataset.key === key)) continue;
    const value = series.get(key).findLast(([x]) => x <= step)?.[1];
    const limit = series.get(`${key}/limit`)?.[0][1];
    const item = element("li", "", `${word("alarm")}: ${key.slice(6)}, ${word("step")} ${step}, ${value?.toPrecision(3)} (${word("limit")} ${limit?.toPrecision(3)})`);
    item.dataset.key = key;
    $("alarms").append(item);
  }
}

const svg = (name, attributes, ...children) => {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
};

function chart(key, points, series) {
  const limit = series.get(`${key}/limit`)?.[0][1], alarm = alarmOf(key, series);
  const xs = points.map(([x]) => x), ys = points.map(([, y]) => y);
  const span = (values) => {
    let low = Infinity, high = -Infinity;
    for (const value of values) { low = Math.min(low, value); high = Math.max(high, value); }
    return [low, high === low ? low + 1 : high];
  };
  const [left, right] = span(xs), [low, high] = span(limit === undefined ? ys : [...ys, limit]);
  const place = ([x, y]) => `${(40 + ((x - left) / (right - left)) * 270).toFixed(1)},${(130 - ((y - low) / (high - low)) * 115).toFixed(1)}`;
  const label = `${key}: ${ys[0].toPrecision(3)} → ${ys[ys.length - 1].toPrecision(3)}`
    + (limit === undefined ? "" : `, ${word("limit")} ${limit.toPrecision(3)}`) + (alarm === undefined ? "" : `, ${word("alarm")} ${word("step")} ${alarm}`);
  const picture = svg("svg", { viewBox: "0 0 320 150", role: "img", "aria-label": label },
    ...(limit === undefined ? [] : [svg("path", { class: "limit", d: `M${place([left, limit])}L${place([right, limit])}` })]),
    ...(alarm === undefined ? [] : [svg("path", { class: "alarm", d: `M${place([alarm, low])}L${place([alarm, high])}` })]),
    svg("path", { d: `M${points.map(place).join("L")}` }),
    svg("text", { x: 4, y: 20 }, high.toPrecision(3)), svg("text", { x: 4, y: 132 }, low.toPrecision(3)),
    svg("text", { x: 40, y: 146 }, `${word("step")} ${left}`), svg("text", { x: 310, y: 146, "text-anchor": "end" }, String(right)));
  return element("figure", "", element("figcaption", "", label), picture);
}

nameLanguage($("language"));
$("language").onclick = attempt(async () => { switchLanguage($("language")); await list(); });
speak();
attempt(list)();
