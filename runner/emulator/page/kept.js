// What the bot keeps for the member in the channel: values, tables, flows that wait, and what comes later.

import { element } from "./dom.js";

/** Return nodes for what `GET kept` has given. */
export function drawKept(kept) {
  if (kept.error !== undefined) return [element("p", { class: "bad" }, kept.error)];
  const tables = Object.entries(kept.records ?? {}).flatMap(([name, { rows, note }]) => table(name, rows, note));
  const nodes = [
    ...table("State", Object.entries(kept.state ?? {}).map(([name, value]) => ({ name, value }))),
    ...tables,
    ...table("Flows that wait", kept.flows ?? []),
    ...table("Timers", (kept.timers ?? []).map((timer) => ({ ...timer, due_at: new Date(timer.due_at * 1000).toLocaleString() }))),
  ];
  return nodes.length > 0 ? nodes : [element("p", { class: "note" }, "Nothing.")];
}

function table(name, rows, note = null) {
  if (rows.length === 0 && note === null) return [];
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const head = element("tr", {}, ...columns.map((column) => element("th", { scope: "col" }, column)));
  const body = rows.map((row) => element("tr", {}, ...columns.map((column) => element("td", {}, shown(row[column])))));
  const drawn = element("table", {}, element("caption", {}, name), element("thead", {}, head), element("tbody", {}, ...body));
  return [drawn, note && element("p", { class: "note" }, note)].filter(Boolean);
}

function shown(value) {
  if (value === null || value === undefined) return "—";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
