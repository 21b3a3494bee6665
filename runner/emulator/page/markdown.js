// Discord's Markdown, as DOM nodes. Never an HTML string, so what people wrote cannot become markup.
// Bounded: texts are cut at `LENGTH_MAX`, nesting at `DEPTH_MAX`; each rule looks ahead at most once per position.

import { element, link } from "./dom.js";

const LENGTH_MAX = 6000;
const DEPTH_MAX = 8;

/** Return a fragment for a text. `names` resolves mentions: `nameOfPerson(id)`, `nameOfRole(id)`, `nameOfChannel(id)`. */
export function markdown(text, names) {
  const fragment = document.createDocumentFragment();
  fragment.append(...blocks(text.slice(0, LENGTH_MAX), { names, depth: 0 }));
  return fragment;
}

// --- blocks: code and quotes

const CODE_BLOCK = /```(?:[\w+-]*\n)?([\s\S]*?)```/;

function blocks(text, context) {
  const nodes = [];
  for (let rest = text; rest !== ""; ) {
    const code = CODE_BLOCK.exec(rest);
    const before = code === null ? rest : rest.slice(0, code.index);
    nodes.push(...lines(before, context));
    if (code === null) break;
    nodes.push(element("pre", {}, element("code", {}, code[1])));
    rest = rest.slice(code.index + code[0].length).replace(/^\n/, "");
  }
  return nodes;
}

function lines(text, context) {
  const nodes = [];
  let quoted = [];
  let plain = [];
  const flush = () => {
    if (quoted.length > 0) nodes.push(element("blockquote", {}, ...inline(quoted.join("\n"), context)));
    if (plain.length > 0) nodes.push(...inline(plain.join("\n"), context));
    quoted = [];
    plain = [];
  };
  const all = text.split("\n");
  for (let i = 0; i < all.length; i++) {
    const isQuote = all[i].startsWith("> ");
    const isRestQuoted = all[i].startsWith(">>> ");
    if (isQuote || isRestQuoted ? plain.length > 0 : quoted.length > 0) flush();
    if (isRestQuoted) {
      quoted.push(all[i].slice(4), ...all.slice(i + 1));
      break;
    }
    if (isQuote) quoted.push(all[i].slice(2));
    else plain.push(all[i]);
  }
  flush();
  return nodes;
}

// --- inline: one sticky pattern per rule, tried at each position in this order

const RULES = [
  [/\\([^\sA-Za-z0-9])/y, ([, character]) => character],
  [/``([^\n]+?)``(?!`)|`([^`\n]+)`/y, ([, two, one]) => element("code", {}, two ?? one)],
  [/<@!?(\d{1,20})>/y, ([, id], { names }) => mention(`@${names.nameOfPerson(id)}`)],
  [/<@&(\d{1,20})>/y, ([, id], { names }) => mention(`@${names.nameOfRole(id)}`)],
  [/<#(\d{1,20})>/y, ([, id], { names }) => mention(names.nameOfChannel(id))],
  [/<\/([^:>\n]{1,100}):\d{1,20}>/y, ([, name]) => mention(`/${name}`)],
  [/<a?:(\w{2,32}):\d{1,20}>/y, ([, name]) => `:${name}:`],
  [/<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, ([whole, seconds, style]) => instant(Number(seconds), style) ?? whole],
  [/\[([^\]\n]{1,300})\]\(<?(https?:\/\/[^\s)>]{1,2000})>?\)/y, ([, text, address], at) => link(address, ...nested(text, at))],
  [/<(https?:\/\/[^\s>]{1,2000})>/y, ([, address]) => link(address, address)],
  [/https?:\/\/[^\s<>]{1,1999}[^\s<>.,:;"'\])!?]/y, ([address]) => link(address, address)],
  [/@(?:everyone|here)\b/y, ([name]) => mention(name)],
  [/\*\*([\s\S]+?)\*\*(?!\*)/y, ([, text], at) => element("strong", {}, ...nested(text, at))],
  [/__([\s\S]+?)__(?!_)/y, ([, text], at) => element("u", {}, ...nested(text, at))],
  [/~~([\s\S]+?)~~/y, ([, text], at) => element("s", {}, ...nested(text, at))],
  [/\|\|([\s\S]+?)\|\|/y, ([, text], at) => spoiler(nested(text, at))],
  [/\*(?!\s)((?:[^*]|\*\*)+?)\*(?!\*)/y, ([, text], at) => element("em", {}, ...nested(text, at))],
  [/\b_([^_]+)_\b/y, ([, text], at) => element("em", {}, ...nested(text, at))],
];
const SPECIAL = /[\\`<[h@*_~|]/g;

function inline(text, context) {
  if (context.depth > DEPTH_MAX) return [text];
  const nodes = [];
  let plainFrom = 0;
  for (let at = next(text, 0); at < text.length; ) {
    const found = firstRule(text, at);
    if (found === null) {
      at = next(text, at + 1);
      continue;
    }
    nodes.push(text.slice(plainFrom, at), found.draw(found.match, context));
    plainFrom = at + found.match[0].length;
    at = next(text, plainFrom);
  }
  return [...nodes, text.slice(plainFrom)].filter((node) => node !== "");
}

/** Return the next position at which a rule could begin. */
function next(text, from) {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(text)?.index ?? text.length;
}

function firstRule(text, at) {
  for (const [pattern, draw] of RULES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return { match, draw };
  }
  return null;
}

function nested(text, context) {
  return inline(text, { ...context, depth: context.depth + 1 });
}

function mention(text) {
  return element("span", { class: "mention" }, text);
}

/** Return a covered text. Until it is revealed, a screen reader hears only what it is. */
function spoiler(children) {
  const reveal = ({ currentTarget }) => {
    currentTarget.setAttribute("aria-expanded", "true");
    currentTarget.removeAttribute("aria-label");
  };
  const hidden = { type: "button", class: "spoiler", "aria-expanded": "false", "aria-label": "Spoiler: reveal" };
  return element("button", { ...hidden, onclick: reveal }, element("span", {}, ...children));
}

// --- instants

const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
};
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

/** Return a `<time>`, or null for an instant that no calendar has. */
function instant(seconds, style = "f") {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return null;
  const exact = new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.F).format(date);
  const text = style === "R" ? relative(seconds - Date.now() / 1000) : exact;
  return element("time", { datetime: date.toISOString(), title: exact }, text);
}

function relative(seconds) {
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS.at(-1);
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(Math.round(seconds / size), unit);
}
