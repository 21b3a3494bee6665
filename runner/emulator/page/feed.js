// The list of messages. Only what changed is drawn again, so that focus, opened details and selections stay.

import { drawItem } from "./message.js";
import { drawTimeline, isOpen } from "./timeline.js";

const ITEMS_SHOWN = 200;
const NEAR_END_PX = 80;

export class Feed {
  #list;
  #state;
  #actions;
  #drawn = new Map(); // id -> {signature, node, item}
  #of = null; // whose page is drawn, and which channel
  #isAtEnd = true;

  constructor(list, state, actions) {
    this.#list = list;
    this.#state = state;
    this.#actions = actions;
    list.addEventListener("scroll", () => {
      this.#isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
    });
    new ResizeObserver(() => this.#stayAtEnd()).observe(list);
  }

  /** Show the state. Stays at the end if it was there; another channel is shown from its end. */
  draw() {
    const of = `${this.#state.me} ${this.#state.channelId}`;
    if (of !== this.#of) this.#isAtEnd = true;
    this.#of = of;
    const items = this.#state.items().slice(-ITEMS_SHOWN);
    this.#forget(new Set(items.map((item) => item.id)));
    items.forEach((item, index) => this.#place(this.#nodeFor(item), index));
    this.#stayAtEnd();
  }

  /** Let the clocks of unfinished interactions run. */
  tick() {
    for (const { node, item } of this.#drawn.values()) {
      if (!item.interactions.some(isOpen)) continue;
      const timelines = node.querySelectorAll(".timeline");
      item.interactions.slice(-timelines.length).forEach((interaction, index) => {
        if (!isOpen(interaction) || timelines[index].querySelector("details[open]")) return;
        timelines[index].replaceWith(drawTimeline(interaction, this.#state.limits, this.#state.now()));
      });
    }
  }

  #stayAtEnd() {
    if (this.#isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
  }

  #forget(kept) {
    for (const [id, { node }] of this.#drawn) {
      if (kept.has(id)) continue;
      node.remove();
      this.#drawn.delete(id);
    }
  }

  #nodeFor(item) {
    const before = this.#drawn.get(item.id);
    const signature = JSON.stringify(item);
    if (before?.signature === signature) return before.node;
    const node = drawItem(item, { state: this.#state, actions: this.#actions });
    if (before !== undefined) replace(before.node, node);
    this.#drawn.set(item.id, { signature, node, item });
    return node;
  }

  #place(node, index) {
    const there = this.#list.children[index];
    if (there !== node) this.#list.insertBefore(node, there ?? null);
  }
}

/** Replace a node, and keep the keyboard where it was if the same component is still there. */
function replace(before, after) {
  const focused = before.contains(document.activeElement) ? document.activeElement.dataset.customId : undefined;
  before.replaceWith(after);
  if (focused !== undefined) after.querySelector(`[data-custom-id="${CSS.escape(focused)}"]`)?.focus();
}
