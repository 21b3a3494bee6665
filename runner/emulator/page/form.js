// The form (modal) that a bot opens. Source of the numbers: Discord docs, Components: Component Reference.

import { chosen, offered } from "./components.js";
import { choice, element } from "./dom.js";
import { channels, mentionables, people, roles } from "./entities.js";
import { fileField } from "./files.js";
import { markdown } from "./markdown.js";

const PARAGRAPH = 2;
const INPUTS = {
  3: (select) => chooser(select, select.options.map(offered)),
  4: textInput,
  5: (select, state) => chooser(select, people(state)),
  6: (select, state) => chooser(select, roles(state)),
  7: (select, state) => chooser(select, mentionables(state)),
  8: (select, state) => chooser(select, channels(state, select.channel_types)),
  19: (field) => fileField({ name: field.custom_id, required: field.required !== false, multiple: (field.max_values ?? 1) > 1 }),
  21: (group) => chooser(group, group.options.map(offered)),
  22: (group) => chooser({ max_values: group.options.length, ...group }, group.options.map(offered)),
  23: checkbox,
};

/** Show an interaction's form in a dialog. `submit(read)` returns whether what `read()` gives was accepted. */
export function openForm(dialog, modal, { state, submit }) {
  const fields = [];
  const parts = modal.components.map((component) => part(component, state, fields));
  const send = element("button", { type: "submit" }, "Submit");
  const cancel = element("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Cancel");
  const onsubmit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    const isAccepted = await submit(async () => {
      const given = fields.map(async (field) => [field.customId, await field.read()]);
      return Object.fromEntries(await Promise.all(given));
    });
    send.disabled = false;
    if (isAccepted) dialog.close();
  };
  const title = element("h2", { id: "dialog-title" }, modal.title);
  const note = element("p", { class: "note" }, "A bot asks this. Don't enter passwords.");
  dialog.replaceChildren(element("form", { onsubmit }, title, note, ...parts, element("p", { class: "row" }, send, cancel)));
  if (!dialog.open) dialog.showModal();
}

/** Return a node for a part of the form, and add what can be filled in to `fields`. */
function part(component, state, fields) {
  if (component.content !== undefined) return element("div", { class: "text" }, markdown(component.content, state));
  const inner = component.component ?? component.components?.[0] ?? component;
  const input = INPUTS[inner.type]?.(inner, state);
  if (input === undefined) return element("p", { class: "note" }, `A field of type ${inner.type}, which this page cannot draw.`);
  fields.push({ customId: inner.custom_id, read: input.read });
  const isRequired = inner.required !== false && inner.type !== 23;
  const name = element("span", { class: "name" }, component.label ?? inner.label ?? "", isRequired && element("abbr", { title: "required" }, " *"));
  return element("label", { class: "field" }, name, input.control, component.description && element("small", {}, component.description));
}

function textInput(component) {
  const control = element(component.style === PARAGRAPH ? "textarea" : "input", {
    name: component.custom_id,
    required: component.required !== false,
    minlength: component.min_length,
    maxlength: component.max_length,
    placeholder: component.placeholder,
    autocomplete: "off",
  });
  control.value = component.value ?? "";
  return { control, read: () => control.value };
}

function chooser(component, options) {
  const isMany = (component.max_values ?? 1) > 1;
  const control = element("select", { name: component.custom_id, multiple: isMany, required: component.required !== false });
  if (!isMany) control.append(choice("", component.placeholder ?? "—"));
  control.append(...options);
  const isOne = component.type === 21;
  return { control, read: () => (isOne ? (chosen(control)[0] ?? null) : chosen(control)) };
}

function checkbox(component) {
  const control = element("input", { type: "checkbox", name: component.custom_id, checked: component.default === true });
  return { control, read: () => control.checked };
}
