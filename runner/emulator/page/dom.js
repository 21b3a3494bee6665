// Builds DOM nodes. Text becomes text nodes, so nothing that a bot or a person wrote is ever read as HTML.

/** Return an element. `on…` attributes are listeners, `true` is an empty attribute, null and false are left out. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

/** Return an `<option>`. */
export function choice(value, text, attributes = {}) {
  return element("option", { value, ...attributes }, text);
}

/** Return the address if it is one of the web, else null: no other scheme becomes a link. */
export function webAddress(text) {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
}

/** Return a link that tells the other side nothing; plain text if the address is not one of the web. */
export function link(address, ...children) {
  const href = webAddress(address);
  if (href === null) return element("span", {}, ...children);
  return element("a", { href, target: "_blank", rel: "noreferrer noopener", title: href }, ...children);
}
