import { events, get, onTokenNeeded, post, put, remove, ServerFault } from "./api.js";
import { ConversationList } from "./conversations.js";
import { answerNode, questionNode } from "./messages.js";
import { element } from "./markdown.js";
import { RoomView } from "./room.js";
import { drawSteering, steeringOf } from "./steering.js";
import { Tree } from "./tree.js";
import { isCross, name as nameLanguage, speak, switchLanguage, word } from "./words.js";

const $ = (id) => document.getElementById(id);
let session, conversation, tree = new Tree();
let writing = []; // answers that are being written: { model, text, stop, node }
let busy = false;
let room; // of the conversation that is open, where somebody can be invited

const say = (text) => { $("status").textContent = text; };

function complain(error) {
  $("alert").textContent = error instanceof ServerFault ? error.message : word("unreachable");
  $("alert").hidden = false;
  clearTimeout(complain.timer);
  complain.timer = setTimeout(() => { $("alert").hidden = true; }, 8000);
  if (!(error instanceof ServerFault)) console.error(error);
}

/** Runs what a person has asked for, and tells what went wrong. */
const attempt = (work) => async (...args) => { try { await work(...args); } catch (error) { complain(error); } };

// --- The thread ---

function draw() {
  const path = tree.path();
  const rows = [];
  for (const message of path) {
    if (message.role === "user") { rows.push(questionNode(message, actions)); continue; }
    const rivals = tree.siblings(message).filter((other) => other.model !== message.model && Math.abs(other.created - message.created) < 600);
    const pair = $("second").value && rivals.length ? [message, rivals[rivals.length - 1]].sort((a, b) => a.model.localeCompare(b.model)) : [message];
    rows.push(element("li", "answer", element("div", pair.length > 1 ? "pair" : "", ...pair.map((one) => answerNode(one, actions, pair.length > 1 && one !== message)))));
  }
  if (writing.length) {
    rows.push(element("li", "answer", element("div", writing.length > 1 ? "pair" : "", ...writing.map((one) => one.node))));
  }
  $("thread").replaceChildren(...rows);
}

function scroll() {
  const last = $("thread").lastElementChild;
  if (last && innerHeight + scrollY > document.body.scrollHeight - 400) last.scrollIntoView({ block: "end" });
}

function setBusy(now) {
  busy = now;
  $("send").hidden = now;
  $("stop").hidden = !now;
}

async function write(parent, model) {
  const one = { model, text: "", stop: null, node: null, body: element("div", "body writing") };
  one.node = element("article", "", element("p", "by", model), one.body);
  one.node.setAttribute("aria-busy", "true");
  writing.push(one);
  draw();
  scroll();
  const stream = events(`/keel/conversations/${conversation.id}/answers`, {
    parent: parent.id, model, system: $("system").value,
    temperature: Number($("temperature").value), max_tokens: Number($("length").value), steer: steeringOf(model),
  });
  for await (const event of stream) {
    if (event.type === "begun") one.stop = event.stop;
    if (event.type === "text") {
      one.text += event.text;
      one.body.textContent = one.text;
      scroll();
    }
    if (event.type === "answer") {
      one.done = event.message;
    }
    if (event.type === "passed") one.isPassed = true;
  }
}

/** Has the chosen characters answer a message. */
async function answer(parent) {
  const models = [$("model").value];
  if ($("second").value && $("second").value !== models[0]) models.push($("second").value);
  setBusy(true);
  say(word("writing"));
  writing = [];
  const results = await Promise.allSettled(models.map((model) => write(parent, model)));
  // The first character's answer is the one that the conversation goes on from.
  for (const one of [...writing].reverse()) if (one.done) tree.add(one.done);
  say(writing.filter((one) => one.done).map((one) => one.done.content).join("\n") || (writing.some((one) => one.isPassed) ? word("roomPassed") : ""));
  // What was shown and could not be kept stays to be read.
  writing = writing.filter((one) => one.text && !one.done);
  for (const one of writing) { one.node.removeAttribute("aria-busy"); one.body.classList.remove("writing"); }
  setBusy(false);
  draw();
  scroll();
  room?.look();
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}

async function ask(text, parent) {
  if (!conversation) {
    conversation = await post("/keel/conversations", { title: [...text.trim()].slice(0, 60).join("") || "…" });
    await list.draw();
    room?.open(conversation);
  }
  const message = await post(`/keel/conversations/${conversation.id}/messages`, { parent, content: text });
  tree.add(message);
  draw();
  await answer(message);
}

// --- What a person can do with a message ---

const actions = {
  siblings: (message) => tree.siblings(message),
  choose: (message) => { tree.choose(message); draw(); },
  edit: attempt(async (message, text) => { if (!busy) await ask(text, message.parent ?? null); }),
  again: attempt(async (message) => { if (!busy) await answer(tree.messages.get(message.parent)); }),
  rate: attempt(async (message, rating, reason) => {
    if (rating === null) {
      await remove(`/keel/messages/${message.id}/feedback`);
      message.rating = undefined;
      say(word("takenBack"));
    } else {
      await put(`/keel/messages/${message.id}/feedback`, { rating, reason });
      message.rating = rating;
      message.reason = reason;
      say(word("thanks"));
    }
  }),
  object: async (message, text) => {
    try {
      await post(`/keel/messages/${message.id}/objection`, { text });
      say(word("guardKept"));
      return true;
    } catch (error) { complain(error); return false; }
  },
  why: (message) => get(`/keel/messages/${message.id}/why`),
  copy: attempt(async (message) => { await navigator.clipboard.writeText(message.content); say(word("copied")); }),
  complain,
};

// --- Conversations ---

const list = new ConversationList($("conversations"), $("older"), {
  say, attempt, current: () => conversation, open: openConversation,
  gone: (id) => { if (id === conversation?.id) begin(); },
});

async function openConversation(id) {
  if (busy) return;
  const thread = await get(`/keel/conversations/${id}`);
  conversation = thread.conversation;
  writing = [];
  tree = new Tree(thread.messages);
  room?.open(conversation);
  draw();
  closeMenu();
  await list.draw();
  $("thread").lastElementChild?.scrollIntoView({ block: "end" });
}

function begin() {
  if (busy) return;
  conversation = undefined;
  writing = [];
  tree = new Tree();
  room?.open(undefined);
  draw();
  closeMenu();
  $("question").focus();
}

function closeMenu() {
  $("sidebar").classList.remove("open");
  $("menu").setAttribute("aria-expanded", "false");
}

// --- Somebody who was invited ---

/** What a helper has said comes into the thread; and a model that is back answers what it owes. */
const changed = attempt(async (now) => {
  if (busy || !conversation) return;
  if (now.newest && !tree.messages.has(now.newest)) {
    const thread = await get(`/keel/conversations/${conversation.id}`);
    const fresh = thread.messages.filter((message) => !tree.messages.has(message.id));
    for (const message of fresh) tree.add(message);
    say(fresh.map((message) => message.content).join("\n"));
    draw();
  }
  const owed = tree.messages.get(now.owed);
  // Once: what fails again and again is asked for by hand.
  if (!owed || busy || owed.isTried) return;
  owed.isTried = true;
  await answer(owed);
});

// --- The page ---

$("composer").onsubmit = attempt(async (event) => {
  event.preventDefault();
  const text = $("question").value;
  if (!text.trim() || busy) return;
  $("question").value = "";
  $("hint").hidden = true;
  const shown = tree.path();
  const last = shown[shown.length - 1];
  try {
    await ask(text, last?.role === "assistant" || room?.hasHelper ? last?.id ?? null : last?.parent ?? null);
  } catch (error) {
    if (!tree.path().some((message) => message.content === text)) $("question").value = text;
    throw error;
  }
});

$("question").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("composer").requestSubmit();
  }
};
$("question").oninput = () => {
  const show = isCross($("question").value) && tree.path().some((message) => message.role === "assistant");
  if (show) $("hint").textContent = word("cross");
  $("hint").hidden = !show;
};

const stop = attempt(async () => { await Promise.all(writing.filter((one) => one.stop).map((one) => remove(`/keel/answers/${one.stop}`))); });
$("stop").onclick = stop;
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && busy) stop();
  if (event.altKey && event.key.toLowerCase() === "n") { event.preventDefault(); begin(); }
});

$("new").onclick = begin;
$("menu").onclick = () => $("menu").setAttribute("aria-expanded", String($("sidebar").classList.toggle("open")));
$("options").onclick = () => {
  $("panel").hidden = !$("panel").hidden;
  $("options").setAttribute("aria-expanded", String(!$("panel").hidden));
};
$("second").onchange = draw;
$("model").onchange = words;
$("language").onclick = () => { switchLanguage($("language")); words(); draw(); if (room?.room) room.draw(); };
$("exit").onclick = () => {
  document.title = "Encyclopedia";
  sessionStorage.clear(); // the token, which would open all of it again
  document.body.replaceChildren();
  location.replace("https://www.wikipedia.org/");
};
$("export").onclick = attempt(async () => {
  const data = new Blob([JSON.stringify(await get("/keel/data"), null, 1)], { type: "application/json" });
  const link = element("a", "");
  link.href = URL.createObjectURL(data);
  link.download = "keel-data.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
});
$("forget").onclick = attempt(async () => {
  if (!confirm(word("sureForget"))) return;
  await remove("/keel/data");
  begin();
  await list.draw();
  say(word("gone"));
});

/** Words that depend on what the server is. */
function words() {
  $("kept").textContent = session ? word(session.keeps ? "kept" : "notKept") : "";
  $("guard").hidden = !session?.guardian;
  $("guard").textContent = word(session?.guardian?.startsWith("gatekeeper") ? "guardGate" : "guardOn");
  const none = $("second").options[0];
  if (none) none.textContent = word("nobody");
  drawSteering($("steering"), session?.models.find((model) => model.id === $("model").value));
}

onTokenNeeded(() => new Promise((resolve) => {
  $("token").value = "";
  $("login").showModal();
  $("login").onclose = () => resolve($("token").value);
}));

const choice = (model) => {
  const option = element("option", "", model.id);
  option.value = model.id;
  if (model.about) option.title = model.about;
  return option;
};

nameLanguage($("language"));
speak();
attempt(async () => {
  session = await get("/keel/session");
  $("model").replaceChildren(...session.models.map(choice));
  const none = element("option", "", "");
  none.value = "";
  $("second").replaceChildren(none, ...session.models.map(choice));
  $("runs").hidden = !session.hasRuns;
  if (session.canInvite) room = new RoomView($("room"), { say, complain, changed });
  words();
  await list.draw();
  $("question").focus();
})();
