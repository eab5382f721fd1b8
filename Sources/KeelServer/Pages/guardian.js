// Why a guardian did what it did about an answer, and what the person has to say against it.
import { element } from "./markdown.js";
import { word } from "./words.js";

const named = (kind, name) => word(`${kind}-${name}`);

function table(caption, heads, rows) {
  const head = (name) => {
    const cell = element("th", "", word(name));
    cell.scope = "col";
    return cell;
  };
  const node = element("table", "", element("thead", "", element("tr", "", ...heads.map(head))),
    element("tbody", "", ...rows.map((cells) => element("tr", "", ...cells.map((cell) => element("td", "", cell))))));
  node.setAttribute("aria-label", word(caption));
  return node;
}

/** What was read, which values applied and won, what followed; and a field to object. */
export function guardianNode(reasons, object) {
  const facts = [];
  const fact = (label, value) => { if (value !== undefined && value !== null && value !== "") facts.push(element("dt", "", word(label)), element("dd", "", String(value))); };
  fact("guardPolicy", reasons.policy);
  fact("guardLevel", named("level", reasons.level));
  fact("guardProbability", reasons.probability?.toFixed(3));
  fact("guardEvidence", reasons.evidence.map((text) => `“${text}”`).join(" · "));
  fact("guardAction", named("action", reasons.action));
  fact("guardAct", reasons.act);
  fact("guardFailure", reasons.failure);
  fact("guardReview", reasons.review && named("review", reasons.review));
  fact("guardInstruction", reasons.instruction);
  fact("guardTime", `${reasons.milliseconds.toFixed(1)} ms`);
  const node = element("section", "guardian", element("h3", "", word("guardTitle")), element("p", "", reasons.explanation), element("dl", "", ...facts));
  if (reasons.values.length) {
    node.append(table("guardValues", ["guardRank", "guardValue", "guardWants", "guardBecause", "guardWon"],
      reasons.values.map((one) => [String(one.rank), one.value, named("action", one.action), one.because, one.won ? word("guardYes") : ""])));
  }
  node.append(element("p", "small", word("guardCaution")), objections(reasons, object));
  return node;
}

function objections(reasons, object) {
  const kept = element("ul", "", ...reasons.objections.map((text) => element("li", "", text)));
  const field = element("textarea", "");
  field.rows = 2;
  field.maxLength = 4000;
  field.required = true;
  const send = element("button", "", word("guardSend"));
  const form = element("form", "reason", element("label", "", word("guardObject"), field), send, kept);
  form.onsubmit = async (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim() || !await object(text)) return;
    kept.append(element("li", "", text));
    field.value = "";
  };
  return form;
}
