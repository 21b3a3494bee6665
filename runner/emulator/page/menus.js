// The menus of messages and people: what one can do with them, and the commands that bots offer for them.

import { element } from "./dom.js";

export const USER_COMMAND = 2;
export const MESSAGE_COMMAND = 3;
const QUICK = ["👍", "❤️", "😂", "🎉"];

/** Return a menu that is filled when it opens, because what it offers may have changed since it was drawn. */
export function menu(label, entries) {
  const list = element("div", { class: "entries" });
  const details = element("details", { class: "menu" }, element("summary", { "aria-label": label, title: label }, "⋯"), list);
  details.addEventListener("toggle", () => {
    if (details.open) list.replaceChildren(...entries(() => (details.open = false)));
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    details.open = false;
    details.querySelector("summary").focus();
  });
  return details;
}

/** Return the menu of a message. */
export function messageMenu(message, { state, actions }) {
  return menu("More for this message", (close) => [
    element("div", { class: "row" }, ...QUICK.map((emoji) => entry(emoji, close, () => actions.react(message, emoji)))),
    entry("Reply", close, () => actions.replyTo(message)),
    ...commands(state, MESSAGE_COMMAND, close, (name) => actions.choose(name, message.id)),
  ]);
}

/** Return the menu of a person; null if no bot offers anything. */
export function personMenu(person, { state, actions }) {
  return menu(`More for ${person.name}`, (close) => {
    const offered = commands(state, USER_COMMAND, close, (name) => actions.choose(name, person.id));
    return offered.length > 0 ? offered : [element("p", { class: "note" }, "No bot offers anything here.")];
  });
}

function commands(state, type, close, choose) {
  const fitting = state.commands.filter((command) => command.type === type);
  return fitting.map((command) => entry(command.name, close, () => choose(command.name)));
}

function entry(text, close, act) {
  const onclick = () => {
    close();
    act();
  };
  return element("button", { type: "button", onclick }, text);
}
