// For those who help: who waits, and the room that one was invited to.
import { bring, get, onTokenNeeded, post, put, ServerFault } from "./api.js";
import { element } from "./markdown.js";
import { name as nameLanguage, speak, switchLanguage, word } from "./words.js";

const PAUSE = 3000; // milliseconds between looks
const $ = (id) => document.getElementById(id);
let room = sessionStorage.getItem("keel-room") ?? "";
let shown; // the document of the room
let isWanted = false; // whether the helper has said here that they are available

const say = (text) => { $("said").textContent = text; };

function complain(error) {
  $("alert").textContent = error instanceof ServerFault ? error.message : word("unreachable");
  $("alert").hidden = false;
  clearTimeout(complain.timer);
  complain.timer = setTimeout(() => { $("alert").hidden = true; }, 8000);
  if (!(error instanceof ServerFault)) console.error(error);
}

const attempt = (work) => async (...args) => { try { await work(...args); } catch (error) { complain(error); } };

/** A link is used up at once; what it was changed for stays in this tab. */
async function enter() {
  const [conversation, link] = location.hash.slice(1).split(".");
  if (!link) return;
  // Made here and kept first: where no answer comes, the same link is used again with the same session.
  const kept = `keel-entering-${conversation}`;
  const session = sessionStorage.getItem(kept) ?? `${crypto.randomUUID()}${crypto.randomUUID()}`;
  sessionStorage.setItem(kept, session);
  await post("/keel/helper/enter", { room: conversation, link, session });
  sessionStorage.removeItem(kept);
  history.replaceState(null, "", "/helper");
  sessionStorage.setItem("keel-helper", session);
  sessionStorage.setItem("keel-room", conversation);
  room = conversation;
}

function draw(document) {
  const before = shown;
  shown = document;
  $("room").hidden = false;
  $("state").textContent = word(`helper-${document.state}`);
  $("summary").textContent = document.summary;
  // Where another helper is there and silent, one can come in their place.
  $("join").hidden = document.isYou || !["inviting", "unanswered", "joined"].includes(document.state);
  $("composer").hidden = !document.isYou;
  const rows = document.messages.map((message) => {
    const isPerson = message.role === "user";
    const by = isPerson ? word("helperPerson") : message.finish === "helper" ? message.model : word("helperModel");
    return element("li", isPerson ? "answer" : "user", element("p", "by", by), element("div", "body", message.content));
  });
  $("thread").replaceChildren(...rows);
  const known = before?.messages.length ?? document.messages.length;
  const fresh = document.messages.slice(known).filter((message) => message.role === "user");
  if (fresh.length) say(fresh.map((message) => message.content).join("\n"));
}

async function look() {
  if (room) draw(await get(`/keel/helper/rooms/${room}`));
}

async function duty() {
  const queue = await get("/keel/helper/queue");
  $("duty").hidden = false;
  // A server that began anew, or a tab that slept, does not turn a helper away unseen.
  if (isWanted && !queue.available) await put("/keel/helper/availability", { available: true });
  $("available").checked = isWanted || queue.available;
  const open = queue.rooms.map((one) => {
    const button = element("button", "", word("helperOpen"));
    button.type = "button";
    button.onclick = attempt(async () => {
      room = one.room;
      shown = undefined;
      await look();
      $("room").querySelector("input, textarea").focus();
    });
    return element("li", "", element("p", "", word(`helper-${one.state}`), one.helper ? ` (${one.helper})` : ""), element("p", "quoted", one.summary), button);
  });
  $("queue").replaceChildren(...(open.length ? open : [element("li", "small", word("helperNobody"))]));
}

$("available").onchange = attempt(async () => {
  isWanted = $("available").checked;
  await put("/keel/helper/availability", { available: isWanted });
});
$("join").onsubmit = attempt(async (event) => {
  event.preventDefault();
  draw(await post(`/keel/helper/rooms/${room}/join`, { name: $("name").value }));
  $("question").focus();
});
$("composer").onsubmit = attempt(async (event) => {
  event.preventDefault();
  const content = $("question").value;
  if (!content.trim()) return;
  // The key stays with the words until they are kept, so that they are said once.
  $("composer").dataset.key ||= crypto.randomUUID();
  draw(await post(`/keel/helper/rooms/${room}/messages`, { content, key: $("composer").dataset.key }));
  $("question").value = "";
  delete $("composer").dataset.key;
});
$("question").oninput = () => { delete $("composer").dataset.key; };
$("leave").onclick = attempt(async () => { draw(await post(`/keel/helper/rooms/${room}/leave`, {})); });
$("language").onclick = () => { switchLanguage($("language")); if (shown) draw(shown); };

onTokenNeeded(() => new Promise((resolve) => {
  $("token").value = "";
  $("login").showModal();
  $("login").onclose = () => resolve($("token").value);
}));

nameLanguage($("language"));
speak();
attempt(async () => {
  await enter();
  const session = sessionStorage.getItem("keel-helper");
  if (session) bring("Keel-Helper", session);
  const isGuest = Boolean(session);
  for (;;) {
    await attempt(async () => {
      if (!isGuest) await duty();
      await look();
    })();
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
})();
