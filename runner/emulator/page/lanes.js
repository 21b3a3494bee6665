// One lane of the inspector: an interaction against its two deadlines, each step with its line, each call with its
// status, and each decision about the answer with its reason.

import { element } from "./dom.js";
import { duration } from "./timeline.js";

/** Return whether time still counts for a lane. */
export function isLaneOpen({ interaction }) {
  return interaction !== null && interaction.ended_after_s === null;
}

/** Return the `<li>` of a lane. `limits` and `now` are in seconds; `expire()` lets its token die. */
export function drawLane(lane, { limits, now, expire }) {
  const { interaction, run } = lane;
  const how = run?.outcome ?? (interaction === null || interaction.ended_after_s === null ? "under way" : "ended");
  const isBad = interaction?.outcome != null || ["failed", "timeout"].includes(run?.outcome);
  const title = element(
    "summary",
    {},
    element("strong", {}, nameOf(lane)),
    lane.user !== null && ` by ${lane.user}`,
    element("span", { class: isBad ? "how bad" : "how" }, ` ${interaction?.outcome ?? how}`),
  );
  const inside = [
    run && element("p", { class: "note" }, `generation ${run.generation}${run.reference ? `, reference ${run.reference}` : ""}`),
    run && run.steps.length > 0 && part("Steps", run.steps.map(drawStep)),
    run && run.decisions.length > 0 && part("Answers", run.decisions.map(drawDecision)),
    interaction && part("On the wire", interaction.steps.map(drawCall)),
    interaction && isTokenAlive(interaction, limits, now) && element("button", { type: "button", onclick: expire }, "Expire its token"),
  ];
  return element(
    "li",
    { "data-key": lane.key, class: "lane" },
    element("details", {}, title, ...inside),
    interaction && budgets(interaction, limits, now),
  );
}

function nameOf({ interaction, run }) {
  if (run !== null) return run.handler;
  return interaction.command === null ? `interaction of type ${interaction.type}` : `/${interaction.command}`;
}

function isTokenAlive(interaction, limits, now) {
  return !["expired_unacked", "token_expired"].includes(interaction.state) && now - interaction.dispatched_at < limits.finish_s;
}

function budgets(interaction, limits, now) {
  const age = Math.max(now - interaction.dispatched_at, 0);
  return element(
    "div",
    { class: "budgets" },
    budget("first response", interaction.acknowledged_after_s, age, limits.acknowledge_s),
    budget("end", interaction.ended_after_s, age, limits.finish_s),
  );
}

function budget(name, after, age, most) {
  const value = Math.min(after ?? age, most);
  const label = `${name}: ${duration(value)} of ${duration(most)}`;
  return element("span", {}, element("meter", { min: 0, max: most, high: most * 0.7, value, "aria-label": label }), ` ${label}`);
}

function part(title, items) {
  return element("section", {}, element("h4", {}, title), element("ol", {}, ...items));
}

function drawStep(step) {
  const took = step.took_s === null ? "" : ` in ${duration(step.took_s)}`;
  const branches = step.branches.length > 0 ? ` → ${step.branches.join(", ")}` : "";
  const tries = step.attempts > 1 ? `, ${step.attempts} attempts` : "";
  return element(
    "li",
    { class: `step depth-${Math.min(step.depth, 6)}`, "data-how": step.how },
    element("code", {}, step.place),
    ` ${step.step}${branches}`,
    element("span", { class: step.how === "failed" ? "how bad" : "how" }, ` ${step.how}${took}${tries}`),
    step.reason && element("p", { class: "bad" }, step.reason),
    values("given", step.inputs),
    values("gave", step.outputs),
    ...step.calls.map((call) => element("p", { class: "note" }, `${call.method} ${call.path} ${call.status ?? "ok"}${call.code ? ` (${call.code})` : ""}`)),
  );
}

function values(name, given) {
  if (given === null || Object.keys(given).length === 0) return null;
  return element("details", {}, element("summary", {}, name), element("pre", {}, JSON.stringify(given, null, 2)));
}

function drawDecision(made) {
  const visibility = made.ephemeral ? ", private" : "";
  const what = made.call === null ? `no call: ${made.why_not}` : `${made.call}${visibility}`;
  return element(
    "li",
    {},
    `${duration(made.after_s)}: ${made.event} → `,
    element("strong", {}, what),
    element("p", { class: "note" }, `${made.before} → ${made.after}${made.why ? `; because ${made.why}` : ""}`),
  );
}

function drawCall(call) {
  const isBad = call.status !== null && call.status >= 400;
  const text = [call.what, call.status, call.detail].filter(Boolean).join(" ");
  return element("li", { class: isBad ? "bad" : null }, `${duration(call.after_s)}: ${text}`);
}
