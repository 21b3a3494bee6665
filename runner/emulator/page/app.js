// Puts the page together: the state, the line to the server, and the parts that draw.

import { act, Connection } from "./connection.js";
import { Composer } from "./composer.js";
import { choice, element } from "./dom.js";
import { Feed } from "./feed.js";
import { openForm } from "./form.js";
import { Inspector } from "./inspector.js";
import { drawMembers } from "./members.js";
import { nameOf, State } from "./state.js";

const TICK_MS = 200;
const MEMBER_KEY = "member"; // per tab, so that two tabs can be two people
const SIDES = ["members", "inspector"];
const THREADS = [10, 11, 12];

const byId = (id) => document.getElementById(id);
const state = new State();
const actions = { say, run, suggest, click, choose, react, vote, replyTo: (message) => composer.replyTo(message), open };
const feed = new Feed(byId("feed"), state, actions);
const composer = new Composer(byId("composer"), state, actions);
const inspector = new Inspector(byId("inspector"), state, attempt);
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
for (const side of SIDES) byId(`show-${side}`).addEventListener("click", () => showSide(byId(side).hidden ? side : null));
setInterval(() => feed.tick(), TICK_MS);

// --- what is around the feed

/** Show one of the sides, or none. The inspector listens only while somebody looks at it. */
function showSide(shown) {
  for (const side of SIDES) {
    byId(side).hidden = side !== shown;
    byId(`show-${side}`).setAttribute("aria-expanded", String(side === shown));
  }
  document.body.dataset.side = shown ?? "";
  if (shown === "inspector") inspector.open();
  else inspector.close();
}

function drawAround() {
  byId("guild").textContent = state.guild.name;
  const people = [...state.people.values()].filter((person) => !person.bot);
  byId("member").replaceChildren(...people.map((person) => choice(person.id, described(person), { selected: person.id === state.me })));
  byId("members").replaceChildren(...drawMembers({ state, actions }));
  drawChannels();
  drawConnection();
  composer.draw();
  inspector.draw();
}

function described(person) {
  const held = person.roles.map((id) => state.nameOfRole(id));
  return held.length > 0 ? `${person.name} (${held.join(", ")})` : person.name;
}

/** Draw the channels, each with its threads under it. */
function drawChannels() {
  const isThread = (channel) => THREADS.includes(channel.type);
  const top = state.openChannels.filter((channel) => !isThread(channel));
  const threads = state.openChannels.filter(isThread);
  const ordered = top.flatMap((channel) => [channel, ...threads.filter((each) => each.parent_id === channel.id)]);
  const others = threads.filter((each) => !ordered.includes(each)); // in forums, which have no messages of their own
  const items = [...ordered, ...others].map((channel) => element("li", { class: isThread(channel) ? "thread" : null }, channelButton(channel)));
  byId("channels").replaceChildren(...items);
  const topic = state.channel?.topic;
  byId("channel").textContent = state.channel ? nameOf(state.channel) + (topic ? ` — ${topic}` : "") : "No channel";
}

function channelButton(channel) {
  const current = channel.id === state.channelId ? "page" : null;
  return element("button", { type: "button", "aria-current": current, onclick: () => open(channel.id) }, nameOf(channel));
}

function open(channelId) {
  state.channelId = channelId;
  drawChannels();
  composer.draw();
  feed.draw();
  inspector.draw();
  byId("channel").focus();
}

function drawConnection() {
  const text = !isLineOpen ? "The local server does not answer" : state.isConnected ? "Bot connected" : "No bot connected";
  byId("connection").textContent = text;
  byId("connection").dataset.good = String(isLineOpen && state.isConnected);
}

function showForm(interaction) {
  if (interaction.state !== "modal_shown" || opened.has(interaction.id)) return;
  opened.add(interaction.id);
  const submit = (read) => attempt("forms", async () => ({ user: state.me, interaction: interaction.id, values: await read() }));
  openForm(byId("dialog"), interaction.modal, { state, submit });
}

// --- actions

function say(content, replyTo) {
  return attempt("messages", { user: state.me, channel: state.channelId, content, reply_to: replyTo });
}

function run(command, read) {
  return attempt("interactions", async () => ({ user: state.me, channel: state.channelId, command, options: await read() }));
}

/** Return what a bot suggests, nothing if it doesn't or may not be asked. */
async function suggest(command, options, focused) {
  try {
    const body = { user: state.me, channel: state.channelId, command, options, focused };
    return (await act("suggestions", body)).choices;
  } catch {
    return [];
  }
}

function click(message, customId, values) {
  return attempt("clicks", { user: state.me, message, custom_id: customId, values });
}

function choose(command, target) {
  return attempt("context_menus", { user: state.me, channel: state.channelId, command, target });
}

function react(message, emoji, remove = false) {
  return attempt("reactions", { user: state.me, message: message.id, emoji, remove });
}

function vote(message, answer, isChosen) {
  return attempt("votes", { user: state.me, message: message.id, answer, remove: !isChosen });
}

/** Do something; a refusal becomes a notice. Returns the answer, null for a refusal. `body` may be what makes it. */
async function attempt(endpoint, body) {
  const notice = byId("notice");
  notice.hidden = true;
  try {
    return await act(endpoint, typeof body === "function" ? await body() : body);
  } catch (refusal) {
    notice.textContent = refusal.message;
    notice.hidden = false;
    return null;
  }
}
