// A poll: a question, its answers with their votes, and what the member has chosen.

import { element } from "./dom.js";

/** Return a poll. `vote(answerId, isChosen)` chooses an answer or takes that back. */
export function drawPoll(message, vote) {
  const { poll } = message;
  const counts = new Map(poll.results.answer_counts.map((each) => [each.id, each.count]));
  const total = Math.max(1, [...counts.values()].reduce((sum, count) => sum + count, 0));
  const isOver = poll.results.is_finalized;
  const answers = poll.answers.map((answer) => {
    const isMine = message.mine.votes.includes(answer.answer_id);
    const count = counts.get(answer.answer_id) ?? 0;
    const text = [answer.poll_media.emoji?.name, answer.poll_media.text].filter(Boolean).join(" ");
    const onclick = () => vote(answer.answer_id, !isMine);
    const button = { type: "button", "aria-pressed": String(isMine), disabled: isOver, onclick, "data-answer": answer.answer_id };
    const share = element("meter", { min: 0, max: total, value: count, "aria-label": `${count} of ${total}` });
    return element("li", {}, element("button", button, text), share, ` ${count}`);
  });
  const note = [poll.allow_multiselect ? "Several answers" : "One answer", isOver && "closed"].filter(Boolean).join(" · ");
  return element(
    "div",
    { class: "box poll" },
    element("strong", {}, poll.question.text),
    element("p", { class: "note" }, note),
    element("ul", {}, ...answers),
  );
}
