// How far answers are pushed along directions of character: a slider for each that the model has.
import { element } from "./markdown.js";
import { word } from "./words.js";

const strengths = new Map(); // by model: { direction: strength }

/** What is sent with a question to a model; nothing where all sliders stand at 0. */
export function steeringOf(model) {
  const chosen = Object.entries(strengths.get(model) ?? {}).filter(([, strength]) => strength !== 0);
  return chosen.length ? Object.fromEntries(chosen) : undefined;
}

/** Draws the sliders of a model into a fieldset, which is hidden where there are none. */
export function drawSteering(fieldset, model) {
  const own = strengths.get(model?.id) ?? {};
  if (model) strengths.set(model.id, own);
  const directions = model?.directions ?? [];
  fieldset.hidden = !directions.length;
  const sliders = directions.map((direction) => {
    const slider = element("input", "");
    const output = element("output", "", (own[direction] ?? 0).toFixed(2));
    Object.assign(slider, { type: "range", min: -1, max: 1, step: 0.05, value: own[direction] ?? 0 });
    slider.oninput = () => {
      own[direction] = Number(slider.value);
      output.textContent = own[direction].toFixed(2);
    };
    return element("label", "", `${direction} `, slider, " ", output);
  });
  const reset = element("button", "plain", word("noSteering"));
  reset.type = "button";
  reset.onclick = () => {
    strengths.delete(model.id);
    drawSteering(fieldset, model);
    fieldset.querySelector("input").focus();
  };
  fieldset.replaceChildren(element("legend", "", `${word("steering")}: ${model?.id ?? ""}`), ...sliders, reset,
    element("p", "small", word("steeringHelp")));
}
