// The fields for a command's options. Source of the numbers: Discord docs, Interactions: Application Commands.

import { choice, element } from "./dom.js";
import { channels, mentionables, people, roles } from "./entities.js";

const INTEGER = 4;
const BOOLEAN = 5;
const NUMBER = 10;
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

/** Return `{name, node, read}` for an option; `read()` is its value, undefined if it is left empty. */
export function optionField(option, state) {
  const { control, read } = controlFor(option, state);
  const name = element("span", { class: "name" }, option.name, option.required && element("abbr", { title: "required" }, " *"));
  const node = element("label", { class: "field" }, name, control, element("small", {}, option.description));
  return { name: option.name, node, read };
}

function controlFor(option, state) {
  if (option.choices?.length > 0) return fixed(option, option.choices);
  if (option.type === BOOLEAN) return fixed(option, BOOLEANS);
  if (option.type in ENTITIES) return entity(option, ENTITIES[option.type](state, option));
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
  const input = element("input", {
    type: "text",
    name: option.name,
    required: option.required === true,
    minlength: option.min_length,
    maxlength: option.max_length,
    autocomplete: "off",
  });
  return { control: input, read: () => input.value || undefined };
}
