// The people, roles and channels that a select can offer.

import { choice } from "./dom.js";
import { nameOf } from "./state.js";

/** Return `<option>`s for people, bots included. */
export function people(state) {
  return [...state.people.values()].map((person) => choice(person.id, person.name));
}

/** Return `<option>`s for roles. */
export function roles(state) {
  return [...state.roles.values()].map((role) => choice(role.id, role.name));
}

/** Return `<option>`s for the channels of the given types; no types means all. */
export function channels(state, types = []) {
  const fitting = state.channels.filter((channel) => types.length === 0 || types.includes(channel.type));
  return fitting.map((channel) => choice(channel.id, nameOf(channel)));
}

/** Return `<option>`s for people and roles. */
export function mentionables(state) {
  return [...people(state), ...roles(state)];
}
