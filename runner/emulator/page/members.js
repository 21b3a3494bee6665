// The list of members, under the highest role that each has, with what bots offer for them.

import { element } from "./dom.js";
import { personMenu } from "./menus.js";

/** Return the members in groups. `at` has the `state` and the `actions`. */
export function drawMembers(at) {
  const groups = new Map();
  for (const person of at.state.people.values()) {
    const role = highest(person, at.state);
    groups.set(role, [...(groups.get(role) ?? []), person]);
  }
  const ordered = [...[...at.state.roles.values()].map((role) => role.name), "Members"];
  const names = [...groups.keys()].sort((a, b) => ordered.indexOf(a) - ordered.indexOf(b));
  return names.flatMap((name) => [
    element("h3", {}, name),
    element("ul", {}, ...groups.get(name).map((person) => drawPerson(person, at))),
  ]);
}

function highest(person, state) {
  const held = [...state.roles.values()].find((role) => person.roles.includes(role.id));
  return held?.name ?? "Members";
}

function drawPerson(person, at) {
  const others = person.roles.map((id) => at.state.nameOfRole(id)).join(", ");
  const isMe = person.id === at.state.me;
  return element(
    "li",
    { class: "person" },
    element("span", { title: others || null }, person.name, isMe && " (you)", person.bot && element("span", { class: "badge" }, "bot")),
    personMenu(person, at),
  );
}
