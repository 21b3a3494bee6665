// Where one writes: a line, a list of commands as soon as it begins with `/`, and a form for the chosen command.

import { runnable, search } from "./commands.js";
import { element } from "./dom.js";
import { optionField } from "./options.js";

const LISTED = 25;
const QUOTED_LENGTH = 60;

export class Composer {
  #root;
  #state;
  #actions;
  #found = [];
  #active = 0;
  #line;
  #list;
  #answered = null; // the message that is answered
  #note = element("p", { class: "note", hidden: true });
  #of = null; // who writes, and where

  /** `actions` has `say(content, replyTo)` and `run(command, read)`, which return whether it was accepted, and
   * `suggest(command, options, focused)`, which gives choices. */
  constructor(root, state, actions) {
    this.#root = root;
    this.#state = state;
    this.#actions = actions;
    this.#list = element("ul", { id: "commands", role: "listbox", "aria-label": "Commands", hidden: true });
    this.#line = element("input", {
      id: "line",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      placeholder: "Write a message, or / for a command",
      "aria-label": "Message or command",
      "aria-autocomplete": "list",
      "aria-controls": "commands",
      "aria-expanded": "false",
      oninput: () => this.#search(),
      onkeydown: (event) => this.#key(event),
    });
    this.#showLine();
  }

  /** Follow the state. A form that is being filled in stays, unless another member or another channel is chosen. */
  draw() {
    const of = `${this.#state.me} ${this.#state.channelId}`;
    const isOther = of !== this.#of;
    this.#of = of;
    if (this.#line.isConnected) this.#search({ keepsPlace: true });
    else if (isOther) this.#clear();
  }

  /** Answer a message with what is written next; null: none. */
  replyTo(message) {
    this.#clear();
    this.#answer(message);
    this.#line.focus();
  }

  #answer(message) {
    this.#answered = message;
    this.#note.hidden = message === null;
    const stop = element("button", { type: "button", class: "quiet", onclick: () => this.#answer(null) }, "Not a reply");
    const text = message === null ? "" : `In reply to: ${message.content.slice(0, QUOTED_LENGTH) || "a message"} `;
    this.#note.replaceChildren(text, stop);
  }

  #showLine() {
    const send = element("button", { type: "submit" }, "Send");
    const onsubmit = (event) => {
      event.preventDefault();
      this.#send();
    };
    this.#root.replaceChildren(this.#list, this.#note, element("form", { class: "line", onsubmit }, this.#line, send));
  }

  // --- the list of commands

  #search({ keepsPlace = false } = {}) {
    const text = this.#line.value;
    const isCommand = text.startsWith("/");
    const chosen = this.#found[this.#active]?.path;
    this.#found = isCommand ? search(runnable(this.#state.commands), text.slice(1)).slice(0, LISTED) : [];
    this.#active = keepsPlace ? Math.max(this.#found.findIndex((each) => each.path === chosen), 0) : 0;
    this.#drawList(isCommand);
  }

  #drawList(isOpen) {
    const options = this.#found.map((command, index) => this.#listed(command, index));
    const none = element("li", { class: "note" }, "No command fits. Commands that you may not use are not listed.");
    this.#list.replaceChildren(...(options.length > 0 ? options : [none]));
    this.#list.hidden = !isOpen;
    this.#line.setAttribute("aria-expanded", String(isOpen));
    const active = this.#list.querySelector('[aria-selected="true"]');
    if (active === null) this.#line.removeAttribute("aria-activedescendant");
    else this.#line.setAttribute("aria-activedescendant", active.id);
    active?.scrollIntoView({ block: "nearest" });
  }

  #listed(command, index) {
    return element(
      "li",
      {
        id: `command-${index}`,
        role: "option",
        "aria-selected": String(index === this.#active),
        onclick: () => this.#choose(command),
      },
      element("strong", {}, `/${command.path}`),
      ` ${command.description}`,
    );
  }

  #key(event) {
    if (this.#list.hidden) return;
    const count = this.#found.length;
    if (event.key === "ArrowDown") this.#active = Math.min(this.#active + 1, count - 1);
    else if (event.key === "ArrowUp") this.#active = Math.max(this.#active - 1, 0);
    else if (event.key === "Tab" && !event.shiftKey && count > 0) this.#choose(this.#found[this.#active]);
    else if (event.key === "Escape") this.#line.value = "";
    else return;
    event.preventDefault();
    if (this.#line.isConnected) this.#drawList(this.#line.value !== "");
  }

  // --- sending

  async #send() {
    if (!this.#list.hidden) {
      if (this.#found.length > 0) this.#choose(this.#found[this.#active]);
      return;
    }
    const content = this.#line.value;
    if (content.trim() === "" || !(await this.#actions.say(content, this.#answered?.id))) return;
    this.#line.value = "";
    this.#answer(null);
  }

  #choose(command) {
    const suggest = async (focused, typed) => {
      const others = await valuesOf(fields.filter((field) => !field.isFile && field.name !== focused));
      return this.#actions.suggest(command.path, { ...others, [focused]: typed }, focused);
    };
    const fields = command.options.map((option) => optionField(option, this.#state, suggest));
    const send = element("button", { type: "submit" }, "Send");
    const cancel = element("button", { type: "button", class: "quiet", onclick: () => this.#leaveForm() }, "Cancel");
    const onsubmit = async (event) => {
      event.preventDefault();
      send.disabled = true;
      const isAccepted = await this.#actions.run(command.path, () => valuesOf(fields));
      send.disabled = false;
      if (isAccepted) this.#leaveForm();
    };
    const onkeydown = (event) => event.key === "Escape" && this.#leaveForm();
    const title = element("p", {}, element("strong", {}, `/${command.path}`), ` ${command.description}`);
    const buttons = element("p", { class: "row" }, send, cancel);
    const attributes = { class: "options", "aria-label": `/${command.path}`, onsubmit, onkeydown };
    const form = element("form", attributes, title, ...fields.map((field) => field.node), buttons);
    this.#root.replaceChildren(form);
    form.querySelector("input, select, button").focus();
  }

  #leaveForm() {
    this.#clear();
    this.#line.focus();
  }

  #clear() {
    this.#line.value = "";
    this.#answer(null);
    this.#showLine();
    this.#drawList(false);
  }
}

async function valuesOf(fields) {
  const given = await Promise.all(fields.map(async (field) => [field.name, await field.read()]));
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}
