// Puts the page together: the state, the line to the server, and the parts that draw.

import { act, Connection } from "./connection.js";
import { Composer } from "./composer.js";
import { choice, element } from "./dom.js";
import { Feed } from "./feed.js";
import { openForm } from "./form.js";
import { nameOf, State } from "./state.js";

const TICK_MS = 200;
const MEMBER_KEY = "member"; // per tab, so that two tabs can be two people

const byId = (id) => document.getElementById(id);
const state = new State();
const feed = new Feed(byId("feed"), state, (message, customId, values) => click(message, customId, values));
const composer = new Composer(byId("composer"), state, { say, run });
const opened = new Set(); // interactions whose form was shown
let isLineOpen = false;

const connection = new Connection({
  onEvent(name, data) {
    state.apply(name, data);
    if (name === "snapshot") drawAround();
    if (name === "interaction") showForm(data);
    feed.draw();
  },
  onOpen(isOpen) {
    isLineOpen = isOpen;
    drawConnection();
  },
});

connection.watch(sessionStorage.getItem(MEMBER_KEY));
byId("member").addEventListener("change", ({ target }) => {
  sessionStorage.setItem(MEMBER_KEY, target.value);
  connection.watch(target.value);
});
setInterval(() => feed.tick(), TICK_MS);

// --- what is around the feed

function drawAround() {
  byId("guild").textContent = state.guild.name;
  const people = [...state.people.values()].filter((person) => !person.bot);
  byId("member").replaceChildren(...people.map((person) => choice(person.id, described(person), { selected: person.id === state.me })));
  drawChannels();
  drawConnection();
  composer.draw();
}

function described(person) {
  const held = person.roles.map((id) => state.nameOfRole(id));
  return held.length > 0 ? `${person.name} (${held.join(", ")})` : person.name;
}

function drawChannels() {
  byId("channels").replaceChildren(...state.openChannels.map((channel) => element("li", {}, channelButton(channel))));
  const topic = state.channel?.topic;
  byId("channel").textContent = state.channel ? nameOf(state.channel) + (topic ? ` — ${topic}` : "") : "No channel";
}

function channelButton(channel) {
  const onclick = () => {
    state.channelId = channel.id;
    drawChannels();
    composer.draw();
    feed.draw();
    byId("channel").focus();
  };
  const current = channel.id === state.channelId ? "page" : null;
  return element("button", { type: "button", "aria-current": current, onclick }, nameOf(channel));
}

function drawConnection() {
  const text = !isLineOpen ? "The local server does not answer" : state.isConnected ? "Bot connected" : "No bot connected";
  byId("connection").textContent = text;
  byId("connection").dataset.good = String(isLineOpen && state.isConnected);
}

function showForm(interaction) {
  if (interaction.state !== "modal_shown" || opened.has(interaction.id)) return;
  opened.add(interaction.id);
  const submit = (values) => attempt("forms", { user: state.me, interaction: interaction.id, values });
  openForm(byId("dialog"), interaction.modal, { state, submit });
}

// --- actions

function say(content) {
  return attempt("messages", { user: state.me, channel: state.channelId, content });
}

function run(command, options) {
  return attempt("interactions", { user: state.me, channel: state.channelId, command, options });
}

function click(message, customId, values) {
  return attempt("clicks", { user: state.me, message, custom_id: customId, values });
}

/** Do something as the member; a refusal becomes a notice. Returns whether it was accepted. */
async function attempt(endpoint, body) {
  const notice = byId("notice");
  notice.hidden = true;
  try {
    await act(endpoint, body);
    return true;
  } catch (refusal) {
    notice.textContent = refusal.message;
    notice.hidden = false;
    return false;
  }
}
