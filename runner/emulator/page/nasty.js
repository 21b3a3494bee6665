// Buttons that break things, so that one sees what the bot's users see then.

import { choice, element } from "./dom.js";

const CALLS = {
  any: "any call",
  callback: "first responses",
  original: "edits of the answer",
  follow_up: "follow-ups",
  messages: "messages in channels",
  members: "calls about members",
};
const FAULTS = {
  latency: "2 s late",
  drop: "connection cut",
  500: "error 500",
  429: "rate limit (429)",
};
const AT_ONCE = {
  disconnect: "Cut the gateway",
  reconnect: "Ask to reconnect",
  invalidate: "Invalidate the session",
  restart: "Restart the bot",
  clear: "Forget the faults to come",
};
const LEAPS = { "1 min": 60, "15 min": 900, "1 h": 3600, "1 day": 86400 };

/** Return the buttons. `attempt(way, body)` breaks something, and gives the answer, null for a refusal. */
export function drawNasty(attempt) {
  const pending = element("p", { class: "note", role: "status" });
  const be = async (way, body) => {
    const answer = await attempt(way, body);
    if (answer !== null) pending.textContent = `${answer.faults} calls are going to fail.`;
  };
  const match = element("select", { "aria-label": "Which calls" }, ...Object.entries(CALLS).map(([name, text]) => choice(name, text)));
  const times = element("input", { type: "number", "aria-label": "How many calls", min: 1, max: 100, value: 1 });
  const faults = Object.entries(FAULTS).map(([way, text]) => button(way, text, () => be(way, { match: match.value, times: times.valueAsNumber || 1 })));
  const atOnce = Object.entries(AT_ONCE).map(([way, text]) => button(way, text, () => be(way, {})));
  const leaps = Object.entries(LEAPS).map(([text, seconds]) => button("leap", `+ ${text}`, () => be("leap", { seconds })));
  return element(
    "div",
    { class: "nasty" },
    element("p", { class: "row" }, "The next ", times, match, "get:"),
    element("p", { class: "row" }, ...faults),
    pending,
    element("p", { class: "row" }, ...atOnce),
    element("p", { class: "row" }, "Jump the clock:", ...leaps),
  );
}

function button(way, text, onclick) {
  return element("button", { type: "button", "data-way": way, onclick }, text);
}
