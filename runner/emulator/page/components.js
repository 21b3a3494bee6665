// The components of a message: buttons, selects, and the layout parts.
// Source of the numbers: Discord docs, Components: Component Reference.

import { choice, element, link } from "./dom.js";
import { channels, mentionables, people, roles } from "./entities.js";
import { drawPicture } from "./files.js";
import { markdown } from "./markdown.js";

const LINK_STYLE = 5;
const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

const DRAW = {
  1: (row, at) => element("div", { class: "row" }, ...drawComponents(row.components, at)),
  2: button,
  3: (select, at) => chooser(select, select.options.map(offered), at),
  5: (select, at) => chooser(select, people(at.state), at),
  6: (select, at) => chooser(select, roles(at.state), at),
  7: (select, at) => chooser(select, mentionables(at.state), at),
  8: (select, at) => chooser(select, channels(at.state, select.channel_types), at),
  9: section,
  10: (text, at) => element("div", { class: "text" }, markdown(text.content, at.state)),
  11: (thumbnail) => media(thumbnail),
  12: (gallery) => element("div", { class: "row" }, ...gallery.items.map(media)),
  13: (file) => element("p", { class: "file" }, "File: ", link(file.file.url, file.name ?? file.file.url)),
  14: () => element("hr"),
  17: container,
};

/** Return nodes for components. `at` has the `state`, the `message` and `click(messageId, customId, values)`. */
export function drawComponents(components, at) {
  return components.map((component) => DRAW[component.type]?.(component, at) ?? unknown(component));
}

/** Return an `<option>` for an option of a string select. */
export function offered(option) {
  const text = [emoji(option.emoji), option.label, option.description && `— ${option.description}`];
  return choice(option.value, text.filter(Boolean).join(" "), { selected: option.default === true });
}

function button(component, { message, click }) {
  const text = [emoji(component.emoji), component.label].filter(Boolean).join(" ");
  const look = { class: `button ${STYLES[component.style]}` };
  if (component.style === LINK_STYLE) return component.disabled ? element("span", look, text) : link(component.url, text);
  return element(
    "button",
    {
      ...look,
      type: "button",
      "data-custom-id": component.custom_id,
      disabled: component.disabled === true || component.custom_id === undefined,
      onclick: () => click(message.id, component.custom_id, []),
    },
    text || "(no label)",
  );
}

/** Return a select with a button of its own: arrow keys change a select, and must not send anything yet. */
function chooser(component, options, { message, click }) {
  const disabled = component.disabled === true;
  const most = component.max_values ?? 1;
  const name = component.placeholder ?? "Make a selection";
  const select = element("select", { "aria-label": name, disabled, multiple: most > 1, "data-custom-id": component.custom_id });
  if (most === 1) select.append(choice("", name));
  select.append(...options);
  const send = () => click(message.id, component.custom_id, chosen(select));
  return element("div", { class: "row" }, select, element("button", { type: "button", disabled, onclick: send }, "Choose"));
}

/** Return the values that are chosen in a select; its placeholder is none. */
export function chosen(select) {
  return [...select.selectedOptions].map((option) => option.value).filter((value) => value !== "");
}

function section(component, at) {
  const texts = element("div", {}, ...drawComponents(component.components, at));
  return element("div", { class: "section" }, texts, ...drawComponents([component.accessory], at));
}

function container(component, at) {
  const box = element("div", { class: "box" }, ...drawComponents(component.components, at));
  return accented(component.spoiler ? element("details", {}, element("summary", {}, "Spoiler"), box) : box, component.accent_color);
}

/** Give a box the colour that a bot chose. Set through the object model: the page's policy allows no style attribute. */
export function accented(box, color) {
  if (Number.isInteger(color)) box.style.borderInlineStartColor = `#${color.toString(16).padStart(6, "0")}`;
  return box;
}

function media(item) {
  const drawn = drawPicture(item.media.url, item.description);
  return item.spoiler ? element("details", {}, element("summary", {}, "Spoiler"), drawn) : drawn;
}

function unknown(component) {
  return element("p", { class: "file" }, `A component of type ${component.type}, which this page cannot draw.`);
}

function emoji(given) {
  if (!given) return null;
  return given.id ? `:${given.name}:` : given.name;
}
