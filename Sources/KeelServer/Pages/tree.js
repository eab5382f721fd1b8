// A conversation is a tree: editing a question or asking again adds a sibling. What is shown is one
// path through it.

export class Tree {
  messages = new Map();
  chosen = new Map();

  constructor(messages = []) { for (const message of messages) this.add(message); }

  /** Adds a message, and shows the path that leads to it. */
  add(message) {
    this.messages.set(message.id, message);
    for (let one = message; one; one = this.messages.get(one.parent)) this.chosen.set(one.parent ?? "", one.id);
  }

  siblings(message) {
    return [...this.messages.values()].filter((other) => (other.parent ?? "") === (message.parent ?? ""));
  }

  choose(message) { this.chosen.set(message.parent ?? "", message.id); }

  /** The messages that are shown, the first one first. */
  path() {
    const path = [];
    for (let id = this.chosen.get(""); id !== undefined; id = this.chosen.get(id)) path.push(this.messages.get(id));
    return path;
  }
}
