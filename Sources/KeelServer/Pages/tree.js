// A conversation is a tree: editing a question or asking again adds a sibling. What is shown is one
// path through it.

export class Tree {
  messages = new Map();
  chosen = new Map();

  constructor(messages = []) { for (const message of messages) this.add(message); }

  /** Adds a message, and shows it rather than its siblings. */
  add(message) {
    this.messages.set(message.id, message);
    this.chosen.set(message.parent ?? "", message.id);
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
