// A person can be invited into a conversation: asked for, gone over, sent, joined, left.
import { get, post } from "./api.js";
import { element } from "./markdown.js";
import { word } from "./words.js";

const PAUSE = 4000; // milliseconds between looks at a room in which something may happen

/** Draws the room of the conversation that is open, and looks after it. */
export class RoomView {
  constructor(node, { say, complain, changed }) {
    Object.assign(this, { node, say, complain, changed, told: new Set(), room: null });
  }

  /** Goes to another conversation; none where there is nobody to invite. */
  open(conversation) {
    clearTimeout(this.timer);
    this.conversation = conversation;
    this.room = null;
    this.told = new Set();
    this.node.hidden = true;
    if (conversation) this.look();
  }

  /** Whether somebody else is there, so that messages may follow on messages. */
  get hasHelper() { return ["joined", "stepped_back"].includes(this.room?.state); }

  async look() {
    clearTimeout(this.timer);
    const id = this.conversation?.id;
    if (!id) return;
    try {
      const room = await get(`/keel/conversations/${id}/room`);
      if (id === this.conversation?.id) this.take(room, !this.room);
    } catch (error) { this.complain(error); }
    const lively = ["inviting", "unanswered", "joined", "stepped_back"].includes(this.room?.state);
    if (lively && id === this.conversation?.id) this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async act(act, summary) {
    try {
      this.take(await post(`/keel/conversations/${this.conversation.id}/room`, { act, summary }), false);
      this.node.querySelector("textarea, button")?.focus();
    } catch (error) { this.complain(error); }
    this.look();
  }

  take(room, isFirst) {
    const before = this.room;
    this.room = room;
    for (const one of room.news) {
      const key = `${one.at}/${one.news}`;
      if (!this.told.has(key) && !isFirst) this.say(word(`room-${one.news}`));
      this.told.add(key);
    }
    if (room.state === "asked" && before?.state !== "asked") this.say(word("roomAsk"));
    if (!before || before.state !== room.state || before.news.length !== room.news.length || before.helper !== room.helper) this.draw();
    this.changed(room);
  }

  draw() {
    const { state, news, draft, summary, helper, isAnybodyAvailable } = this.room;
    const button = (name, act, className = "") => {
      const node = element("button", className, word(name));
      node.type = "button";
      node.onclick = () => this.act(act, this.node.querySelector("textarea")?.value);
      return node;
    };
    const parts = [];
    if (state === "asked") {
      parts.push(element("p", "", word("roomAsk")), element("p", "small", word(isAnybodyAvailable ? "roomSomebody" : "roomUnsure")),
        element("div", "row", button("roomYes", "consent", "primary"), button("roomNo", "decline")));
    } else if (state === "consented") {
      const field = element("textarea", "");
      field.rows = 6;
      field.maxLength = 4000;
      field.value = draft ?? "";
      parts.push(element("label", "", word("roomSummary"), field),
        element("div", "row", button("roomSend", "approve", "primary"), button("roomNo", "decline")));
    } else {
      const said = news[news.length - 1];
      if (said && state !== "closed") parts.push(element("p", "", word(`room-${said.news}`)));
      if (helper) parts.push(element("p", "", `${word("roomHere")}: ${helper}`));
      if (summary && state !== "closed") parts.push(element("details", "", element("summary", "", word("roomSent")), element("p", "quoted", summary)));
      if (["inviting", "unanswered", "joined", "stepped_back"].includes(state)) parts.push(button("roomClose", "close", "plain"));
      if (["together", "declined", "unanswered"].includes(state)) parts.push(button("roomInvite", "consent", "plain"));
    }
    this.node.replaceChildren(...parts);
    this.node.hidden = !parts.length;
  }
}
