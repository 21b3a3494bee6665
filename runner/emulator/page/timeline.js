// One interaction against its deadlines: 3 s to the first response, 15 min to the end.

import { element } from "./dom.js";

/** Return an interaction's timeline. `now` and `limits` are in seconds. */
export function drawTimeline(interaction, limits, now) {
  const age = Math.max(now - interaction.dispatched_at, 0);
  return element(
    "div",
    { class: "timeline", "aria-live": "off" },
    element("p", {}, `${acknowledgement(interaction, limits, age)} · ${ending(interaction, limits, age)}`),
    bar("first response", interaction.acknowledged_after_s ?? age, limits.acknowledge_s),
    bar("end", interaction.ended_after_s ?? age, limits.finish_s),
    steps(interaction),
  );
}

/** Return whether time still counts: the interaction has neither ended nor failed. */
export function isOpen(interaction) {
  return interaction.ended_after_s === null;
}

/** Return a duration in seconds as people write it. */
export function duration(seconds) {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${+seconds.toFixed(2)} s`;
  const rest = Math.floor(seconds % 60);
  return rest === 0 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 60)} min ${rest} s`;
}

function acknowledgement(interaction, limits, age) {
  const { acknowledged_after_s: after, outcome } = interaction;
  if (after !== null) return `acknowledged after ${duration(after)}`;
  if (outcome !== null) return `not acknowledged within ${duration(limits.acknowledge_s)}`;
  return `not acknowledged yet: ${duration(age)} of ${duration(limits.acknowledge_s)}`;
}

function ending(interaction, limits, age) {
  if (interaction.outcome !== null) return "failed";
  if (interaction.ended_after_s !== null) return `finished after ${duration(interaction.ended_after_s)}`;
  return `not finished yet: ${duration(age)} of ${duration(limits.finish_s)}`;
}

function bar(name, value, most) {
  const label = `${name}: ${duration(Math.min(value, most))} of ${duration(most)}`;
  return element("meter", { min: 0, max: most, high: most * 0.7, value, title: label, "aria-label": label });
}

function steps(interaction) {
  const lines = interaction.steps.map((step) =>
    element("li", {}, `${duration(step.after_s)}: `, [step.what, step.status, step.detail].filter(Boolean).join(" ")),
  );
  return element("details", {}, element("summary", {}, "Steps"), element("ol", {}, ...lines));
}
