// The fields for a command's options. Source of the numbers: Discord docs, Interactions: Application Commands.

import { choice, element } from "./dom.js";
import { channels, mentionables, people, roles } from "./entities.js";
import { fileField } from "./files.js";

const INTEGER = 4;
const BOOLEAN = 5;
const NUMBER = 10;
const ATTACHMENT = 11;
const SUGGEST_AFTER_MS = 200;
const ENTITIES = {
  6: people,
  7: (state, option) => channels(state, option.channel_types),
  8: roles,
  9: mentionables,
};
const BOOLEANS = [
  { name: "True", value: true },
  { name: "False", value: false },
];

/** Return `{name, node, read}` for an option; `read()` gives its value, undefined if it is left empty.
 * `suggest(name)` gives the choices that the bot suggests for what stands in the option of that name. */
export function optionField(option, state, suggest) {
  const { control, read } = controlFor(option, state, suggest);
  const name = element("span", { class: "name" }, option.name, option.required && element("abbr", { title: "required" }, " *"));
  const node = element("label", { class: "field" }, name, control, element("small", {}, option.description));
  return { name: option.name, isFile: option.type === ATTACHMENT, node, read };
}

function controlFor(option, state, suggest) {
  if (option.choices?.length > 0) return fixed(option, option.choices);
  if (option.type === BOOLEAN) return fixed(option, BOOLEANS);
  if (option.type === ATTACHMENT) return file(option);
  if (option.type in ENTITIES) return entity(option, ENTITIES[option.type](state, option));
  if (option.autocomplete) return suggested(option, suggest);
  if (option.type === INTEGER || option.type === NUMBER) return number(option);
  return text(option);
}

/** Return a select whose values keep their JSON type: the `<option>` holds only the place in the list. */
function fixed(option, choices) {
  const select = emptySelect(option);
  select.append(...choices.map((each, index) => choice(index, each.name)));
  return { control: select, read: () => choices[select.value === "" ? -1 : Number(select.value)]?.value };
}

function entity(option, options) {
  const select = emptySelect(option);
  select.append(...options);
  return { control: select, read: () => select.value || undefined };
}

function emptySelect(option) {
  return element("select", { name: option.name, required: option.required === true }, choice("", "—"));
}

function file(option) {
  const { control, read } = fileField({ name: option.name, required: option.required === true });
  return { control, read: async () => (await read())[0] };
}

function number(option) {
  const input = element("input", {
    type: "number",
    name: option.name,
    required: option.required === true,
    min: option.min_value,
    max: option.max_value,
    step: option.type === INTEGER ? 1 : "any",
  });
  return { control: input, read: () => (input.value === "" ? undefined : input.valueAsNumber) };
}

function text(option) {
  const input = textInput(option);
  return { control: input, read: () => input.value || undefined };
}

function textInput(option, more = {}) {
  return element("input", {
    type: "text",
    name: option.name,
    required: option.required === true,
    minlength: option.min_length,
    maxlength: option.max_length,
    autocomplete: "off",
    ...more,
  });
}

/** Return a text with a list of what the bot suggests for it. What is chosen is sent as the value behind its name. */
function suggested(option, suggest) {
  const list = element("datalist", { id: `suggestions-${option.name}` });
  const input = textInput(option, { list: list.id, oninput: () => later() });
  const values = new Map();
  let timer = 0;
  const ask = async () => {
    if (!input.isConnected) return; // it has been sent, or called off
    const asked = input.value;
    const choices = await suggest(option.name, asked);
    if (asked !== input.value) return; // the next answer is on its way
    for (const each of choices) values.set(each.name, each.value);
    list.replaceChildren(...choices.map((each) => choice(each.name, "")));
    list.dataset.for = asked;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, SUGGEST_AFTER_MS);
  };
  input.addEventListener("focus", later, { once: true });
  const isNumber = option.type === INTEGER || option.type === NUMBER;
  const typed = () => (isNumber ? Number(input.value) : input.value);
  const read = () => (input.value === "" ? undefined : (values.get(input.value) ?? typed()));
  return { control: element("span", { class: "suggested" }, input, list), read };
}
