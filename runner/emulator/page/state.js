// What the page knows: the last snapshot, and what has happened since.

import { below } from "./snowflake.js";

const MESSAGES_KEPT = 1000;
const INTERACTIONS_KEPT = 500;

export const FLAG_EPHEMERAL = 64;
export const FLAG_LOADING = 128;
export const FLAG_SUPPRESS_EMBEDS = 4;

export class State {
  me = null;
  channelId = null;
  isConnected = false;
  guild = { id: null, name: "" };
  limits = { acknowledge_s: 3, finish_s: 900 };
  channels = [];
  people = new Map();
  roles = new Map();
  messages = new Map();
  interactions = new Map();
  #commands = {};
  #offered = {};
  #clockAhead = 0; // server's seconds minus ours

  /** Take in an event of the stream. */
  apply(name, data) {
    if (name === "snapshot") this.#load(data);
    else if (name === "message") put(this.messages, data, MESSAGES_KEPT);
    else if (name === "message_deleted") this.messages.delete(data.id);
    else put(this.interactions, data, INTERACTIONS_KEPT);
  }

  /** The channels in which one can write. */
  get openChannels() {
    return this.channels.filter((channel) => channel.id in this.#offered);
  }

  get channel() {
    return this.channels.find((channel) => channel.id === this.channelId);
  }

  /** The commands that the member is offered in this channel. */
  get commands() {
    return (this.#offered[this.channelId] ?? []).map((id) => this.#commands[id]);
  }

  /** The server's time, in Unix seconds. */
  now() {
    return Date.now() / 1000 + this.#clockAhead;
  }

  nameOfPerson(id) {
    return this.people.get(id)?.name ?? "unknown member";
  }

  nameOfRole(id) {
    return this.roles.get(id)?.name ?? "unknown role";
  }

  nameOfChannel(id) {
    const channel = this.channels.find((each) => each.id === id);
    return channel === undefined ? "unknown channel" : nameOf(channel);
  }

  /** What this channel shows, oldest first: messages, and the member's interactions that have no message. */
  items() {
    const timelines = new Map();
    const here = [...this.messages.values()].filter((message) => message.channel_id === this.channelId);
    const shown = here.map((message) => ({ id: message.id, message, interactions: [] }));
    for (const item of shown) timelines.set(item.id, item.interactions);
    for (const interaction of this.interactions.values()) {
      if (interaction.channel_id !== this.channelId) continue;
      const anchor = [...interaction.message_ids, interaction.source_id].find((id) => timelines.has(id));
      if (anchor !== undefined) timelines.get(anchor).push(interaction);
      else shown.push({ id: interaction.id, message: null, interactions: [interaction] });
    }
    return shown.sort((a, b) => below(a.id, b.id));
  }

  #load(snapshot) {
    this.me = snapshot.me;
    this.isConnected = snapshot.is_connected;
    this.guild = snapshot.guild;
    this.limits = snapshot.limits;
    this.channels = snapshot.channels;
    this.people = byId(snapshot.people);
    this.roles = byId(snapshot.roles);
    this.messages = byId(snapshot.messages);
    this.interactions = byId(snapshot.interactions);
    this.#commands = snapshot.commands;
    this.#offered = snapshot.offered;
    this.#clockAhead = snapshot.now - Date.now() / 1000;
    if (!(this.channelId in this.#offered)) this.channelId = this.openChannels[0]?.id ?? null;
  }
}

/** Return a channel's name as it is written. */
export function nameOf(channel) {
  return channel.name === undefined ? "Direct messages" : `#${channel.name}`;
}

function byId(items) {
  return new Map(items.map((item) => [item.id, item]));
}

/** Put an item under its id, and forget the oldest beyond a number. */
function put(items, item, kept) {
  items.set(item.id, item);
  if (items.size > kept) items.delete(items.keys().next().value);
}
