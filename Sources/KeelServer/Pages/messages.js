// One message of a conversation, and what can be done with it.
import { element, markdown } from "./markdown.js";
import { guardianNode } from "./guardian.js";
import { word } from "./words.js";

function button(text, className, onclick) {
  const node = element("button", className, text);
  node.type = "button";
  node.onclick = onclick;
  return node;
}

/** A thumb, drawn, since not every machine has a font with one. */
function thumb(isUp) {
  const make = (name, attributes) => {
    const node = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  };
  const picture = make("svg", { viewBox: "0 0 24 24", class: isUp ? "thumb" : "thumb down", "aria-hidden": "true" });
  picture.append(make("path", { d: "M3 11h4v9H3zM9 20h8.5a2 2 0 0 0 2-1.6l1.3-6A2 2 0 0 0 18.9 10H14V5.5A2.5 2.5 0 0 0 11.5 3L9 10z" }));
  return picture;
}

/** Goes through the versions of a message. */
function versions(message, actions) {
  const all = actions.siblings(message);
  if (all.length < 2) return [];
  const place = all.findIndex((other) => other.id === message.id);
  const go = (text, label, target) => {
    const node = button(text, "plain", () => actions.choose(all[target]));
    node.setAttribute("aria-label", word(label));
    node.disabled = target < 0 || target >= all.length;
    return node;
  };
  return [go("‹", "previous", place - 1), element("span", "", `${word("version")} ${place + 1} ${word("of")} ${all.length}`), go("›", "next", place + 1)];
}

export function questionNode(message, actions) {
  const body = element("div", "body", message.content);
  const node = element("li", "user", element("span", "hidden", `${word("you")}:`), body);
  const edit = button(word("edit"), "plain", () => {
    const field = element("textarea", "");
    field.value = message.content;
    field.rows = 3;
    field.setAttribute("aria-label", word("yourMessage"));
    const send = button(word("send"), "primary", () => { if (field.value.trim()) actions.edit(message, field.value); });
    const cancel = button(word("cancel"), "plain", () => { node.replaceWith(questionNode(message, actions)); });
    node.replaceChildren(field, element("div", "tools", send, cancel));
    field.focus();
  });
  node.append(element("div", "tools", ...versions(message, actions), edit));
  return node;
}

export function answerNode(message, actions, isRival = false) {
  const body = element("div", "body", ...markdown(message.content));
  const note = { cancelled: "stopped", length: "cut", error: "failed", rest: "rests", care: "cared", guard_error: "heldBack", cut: "gateCut", helper: "invitedPerson" }[message.finish];
  const by = element("p", "by", message.model ?? "", note ? ` (${word(note)})` : "");
  const extra = element("div", "");
  const good = button(thumb(true), "plain", () => rate(1));
  const bad = button(thumb(false), "plain", () => rate(-1));
  const mark = () => {
    good.setAttribute("aria-pressed", String(message.rating === 1));
    bad.setAttribute("aria-pressed", String(message.rating === -1));
  };
  good.setAttribute("aria-label", word("good"));
  bad.setAttribute("aria-label", word("bad"));
  mark();
  async function rate(rating) {
    if (message.rating === rating) {
      await actions.rate(message, null);
      extra.replaceChildren();
    } else {
      // What was pressed counts at once; a reason can be added.
      await actions.rate(message, rating, message.reason ?? "");
      const field = element("textarea", "");
      field.rows = 2;
      field.maxLength = 4000;
      field.value = message.reason ?? "";
      const label = element("label", "", word("reason"), field);
      const save = button(word("save"), "primary", async () => { await actions.rate(message, rating, field.value); extra.replaceChildren(element("p", "small", word("thanks"))); });
      extra.replaceChildren(element("div", "reason", label, save));
      field.focus();
    }
    mark();
  }
  const why = button(word("why"), "plain", async () => {
    if (why.getAttribute("aria-expanded") === "true") {
      extra.replaceChildren();
      why.setAttribute("aria-expanded", "false");
      return;
    }
    try {
      extra.replaceChildren(whyNode(await actions.why(message), message, actions));
      why.setAttribute("aria-expanded", "true");
    } catch (error) { actions.complain(error); }
  });
  why.setAttribute("aria-expanded", "false");
  // A person's words are not rated, and nothing decided them.
  if (message.finish === "helper") return element("article", "", by, body);
  const tools = element("div", "tools", ...(isRival ? [button(word("continueWith"), "plain", () => actions.choose(message))] : versions(message, actions)),
    good, bad, button(word("again"), "plain", () => actions.again(message)), why, button(word("copy"), "plain", () => actions.copy(message)));
  return element("article", "", by, body, tools, extra);
}

/** Why an answer is as it is: what decided it, and what others say of it. */
function whyNode(why, message, actions) {
  const facts = [];
  const fact = (label, value) => { if (value !== undefined && value !== null && value !== "") facts.push(element("dt", "", word(label)), element("dd", "", String(value))); };
  const details = why.details;
  fact("whyCharacter", why.model && `${why.model}${details?.character ? ` (${word("hasPrompt")})` : ""}`);
  fact("whyModel", details?.answered_by);
  fact("whyPrompt", details?.system);
  if (details) {
    fact("whySettings", `temperature ${details.temperature}, top-p ${details.top_p}, ≤ ${details.max_tokens}, seed ${details.seed}`);
    fact("whySteering", details.steer && Object.entries(details.steer).map(([name, strength]) => `${name} ${strength}`).join(", "));
    if (details.prompt_tokens !== undefined) fact("whyTokens", `${details.prompt_tokens} ${word("tokensRead")}, ${details.completion_tokens} ${word("tokensWritten")}`);
    fact("whySeconds", details.seconds.toFixed(1));
  }
  fact("whyEnd", why.finish);
  const node = element("div", "why", element("dl", "", ...facts));
  if (details?.fallback) node.append(element("p", "", word("whyFallback")));
  for (const note of details?.notes ?? []) node.append(noteNode(note));
  if (why.guardian) node.append(guardianNode(why.guardian, (text) => actions.object(message, text)));
  const decisions = why.decisions.filter((decision) => decision.message === message.id && !["guardian-shown", "objection"].includes(decision.kind));
  if (decisions.length) node.append(element("p", "", `${word("whyDecisions")}: ${decisions.map((decision) => decision.kind).join(", ")}`));
  if (!details?.notes?.length && !decisions.length && !why.guardian) node.append(element("p", "small", word("whyNothing")));
  return node;
}

function noteNode(note) {
  const node = element("div", "", element("p", "", element("strong", "", note.by), ` ${note.text}`));
  for (const meter of note.meters) {
    const bar = element("meter", "");
    bar.min = meter.low;
    bar.max = meter.high;
    bar.value = meter.value;
    node.append(element("p", "", element("label", "", `${meter.name} `, bar, ` ${meter.value.toFixed(2)}`)));
    if (meter.tokens?.length) node.append(heatMap(meter, note.pieces), readings(meter, note.pieces));
  }
  return node;
}

/** The answer with a reading for each token: the more of it, the darker the line below. Values stand in the titles, and in `readings`. */
function heatMap(meter, pieces) {
  const span = meter.high - meter.low || 1;
  const node = element("p", "heat", ...meter.tokens.map((value, number) => {
    const step = Math.min(4, Math.max(0, Math.round(((value - meter.low) / span) * 4)));
    const token = element("span", `h${step}`, pieces?.[number] ?? `${number + 1} `);
    token.title = value.toFixed(3);
    return token;
  }));
  node.setAttribute("role", "group");
  node.setAttribute("aria-label", `${word("heatMap")}: ${meter.name}`);
  return node;
}

/** The same values as a table, for whoever uses keys or a screen reader; made when it is opened. */
function readings(meter, pieces) {
  const node = element("details", "", element("summary", "", `${word("readings")}: ${meter.name}`));
  node.ontoggle = () => {
    if (!node.open || node.querySelector("table")) return;
    const head = (name) => {
      const cell = element("th", "", word(name));
      cell.scope = "col";
      return cell;
    };
    const rows = meter.tokens.map((value, number) => element("tr", "",
      element("td", "", `${number + 1}`), element("td", "", pieces?.[number]?.trim() ?? ""), element("td", "", value.toFixed(3))));
    const table = element("table", "", element("thead", "", element("tr", "", head("number"), head("piece"), head("reading"))), element("tbody", "", ...rows));
    table.setAttribute("aria-label", `${word("readings")}: ${meter.name}`);
    node.append(table);
  };
  return node;
}
