// The list of a person's conversations.
import { get, remove } from "./api.js";
import { element } from "./markdown.js";
import { word } from "./words.js";

/** Lists the newest conversations, and older ones as often as they are asked for. */
export class ConversationList {
  pages = 1; // that are listed

  /** `current` gives the one that is open, `open` opens one, `gone` is told of one that was deleted. */
  constructor(node, older, { say, attempt, current, open, gone }) {
    Object.assign(this, { node, older, say, attempt, current, open, gone });
    older.onclick = attempt(() => this.more());
  }

  async draw() {
    const conversations = await this.listed();
    this.node.replaceChildren(...conversations.map((one) => this.row(one)));
  }

  async listed() {
    let part = await get("/keel/conversations"), all = part.conversations;
    for (let page = 1; page < this.pages && part.next; page++) {
      part = await get(`/keel/conversations?after=${part.next}`);
      all = [...all, ...part.conversations];
    }
    this.older.hidden = !part.next;
    return all;
  }

  row(one) {
    const open = element("button", "", one.title);
    if (one.id === this.current()?.id) open.setAttribute("aria-current", "true");
    open.onclick = this.attempt(() => this.open(one.id));
    const drop = element("button", "plain", "×");
    drop.setAttribute("aria-label", `${word("delete")}: ${one.title}`);
    drop.onclick = this.attempt(async () => {
      if (!confirm(word("sureDelete"))) return;
      await remove(`/keel/conversations/${one.id}`);
      this.gone(one.id);
      await this.draw();
      this.say(word("gone"));
    });
    return element("li", "", open, drop);
  }

  async more() {
    const count = this.node.children.length;
    this.pages += 1;
    await this.draw();
    // The button may be gone; whoever goes by keys is at the first of those that came.
    this.node.children[count]?.querySelector("button").focus();
  }
}
