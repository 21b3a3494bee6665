// One entry of the feed: a message, or an interaction that has none, with the timelines that belong to it.

import { accented, drawComponents } from "./components.js";
import { element, link } from "./dom.js";
import { drawFile, drawPicture } from "./files.js";
import { markdown } from "./markdown.js";
import { messageMenu } from "./menus.js";
import { drawPoll } from "./polls.js";
import { madeAt } from "./snowflake.js";
import { FLAG_EPHEMERAL, FLAG_LOADING, FLAG_SUPPRESS_EMBEDS } from "./state.js";
import { drawTimeline } from "./timeline.js";

const TIMELINES_SHOWN = 3;
const QUOTED_LENGTH = 80;
const HUES = 6;

/** Return the `<li>` of an item of `State.items`. `actions` are what the member can do, each sent at once. */
export function drawItem(item, { state, actions }) {
  const { message, interactions } = item;
  const content = message === null ? unanswered(interactions[0], state) : drawMessage(message, { state, message, actions, click: actions.click });
  const failures = interactions.filter((each) => each.outcome !== null).slice(-1);
  return element(
    "li",
    { "data-id": item.id, class: isPrivate(message) ? "item private" : "item" },
    ...content,
    ...failures.map((each) => element("p", { class: "failure" }, each.outcome)),
    ...interactions.slice(-TIMELINES_SHOWN).map((each) => drawTimeline(each, state.limits, state.now())),
  );
}

function isPrivate(message) {
  return message !== null && (message.flags & FLAG_EPHEMERAL) !== 0;
}

function drawMessage(message, at) {
  return [
    origin(message, at.state),
    heading(message, at),
    body(message, at),
    isPrivate(message) && element("p", { class: "note" }, "Only you can see this"),
  ];
}

/** Return what stands for an interaction without a message: nothing has answered yet, or nothing ever will. */
function unanswered(interaction, state) {
  const what = interaction.command === null ? "used a component" : `used /${interaction.command}`;
  return [element("p", { class: "origin" }, `${state.nameOfPerson(state.me)} ${what}`)];
}

function origin(message, state) {
  const used = message.interaction_metadata;
  if (used?.name !== undefined && message.message_reference === undefined) {
    const slash = used.command_type === 1 ? "/" : "";
    return element("p", { class: "origin" }, `${state.nameOfPerson(used.user.id)} used ${slash}${used.name}`);
  }
  const answered = message.message_reference?.message_id;
  if (answered === undefined) return null;
  const text = state.messages.get(answered)?.content || "a message";
  return element("p", { class: "origin" }, `In reply to: ${text.slice(0, QUOTED_LENGTH)}`);
}

function heading(message, at) {
  const { author } = message;
  const name = author.global_name ?? author.username;
  const hue = `hue-${Number(BigInt(author.id) % BigInt(HUES))}`;
  const made = madeAt(message.id);
  return element(
    "p",
    { class: "heading" },
    element("span", { class: `initial ${hue}`, "aria-hidden": "true" }, name.slice(0, 1)),
    element("strong", {}, name),
    author.bot && element("span", { class: "badge" }, "bot"),
    element("time", { datetime: made.toISOString() }, made.toLocaleTimeString()),
    !isPrivate(message) && messageMenu(message, at),
  );
}

function body(message, at) {
  if (message.flags & FLAG_LOADING) {
    const spinner = element("span", { class: "spinner", "aria-hidden": "true" });
    return element("p", { class: "thinking" }, spinner, `${message.author.username} is thinking…`);
  }
  const embeds = message.flags & FLAG_SUPPRESS_EMBEDS ? [] : message.embeds;
  return element(
    "div",
    { class: "body" },
    message.content !== "" && element("div", { class: "text" }, markdown(message.content, at.state), edited(message)),
    ...embeds.map((embed) => drawEmbed(embed, at.state)),
    ...message.attachments.map(drawFile),
    ...(message.sticker_items ?? []).map((sticker) => element("p", { class: "file" }, `Sticker: ${sticker.name}`)),
    message.poll && drawPoll(message, (answer, isChosen) => at.actions.vote(message, answer, isChosen)),
    ...drawComponents(message.components, at),
    reactions(message, at),
    message.thread && element("p", { class: "note" }, element("button", { type: "button", onclick: () => at.actions.open(message.thread.id) }, `Thread: ${message.thread.name}`)),
  );
}

function edited(message) {
  return message.edited_timestamp !== null && element("small", { class: "edited" }, " (edited)");
}

function drawEmbed(embed, state) {
  const title = embed.title && element("strong", {}, markdown(embed.title, state));
  const parts = [
    embed.author && element("p", { class: "note" }, embed.author.name),
    title && element("p", {}, embed.url ? link(embed.url, title) : title),
    embed.description && element("div", { class: "text" }, markdown(embed.description, state)),
    embed.fields?.length > 0 && element("dl", {}, ...embed.fields.map((field) => drawField(field, state))),
    embed.image && drawPicture(embed.image.url, embed.title),
    embed.thumbnail && drawPicture(embed.thumbnail.url, embed.title),
    embed.footer && element("p", { class: "note" }, embed.footer.text),
  ];
  return accented(element("div", { class: "box" }, ...parts), embed.color);
}

function drawField(field, state) {
  const name = element("dt", {}, markdown(field.name, state));
  return element("div", { class: field.inline ? "inline" : null }, name, element("dd", {}, markdown(field.value, state)));
}

function reactions(message, { actions }) {
  if (!message.reactions?.length) return null;
  const buttons = message.reactions.map(({ emoji, count }) => {
    const key = emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name;
    const isMine = message.mine.reactions.includes(key);
    const onclick = () => actions.react(message, key, isMine);
    const shown = emoji.id ? `:${emoji.name}:` : emoji.name;
    return element("button", { type: "button", class: "reaction", "aria-pressed": String(isMine), onclick }, `${shown} ${count}`);
  });
  return element("div", { class: "row", "aria-label": "Reactions" }, ...buttons);
}
