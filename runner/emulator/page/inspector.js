// The inspector: a lane for each interaction against its deadlines, with what its bot did and why; what the bot keeps;
// and buttons that break things.

import { element } from "./dom.js";
import { drawLane, isLaneOpen } from "./lanes.js";
import { drawNasty } from "./nasty.js";
import { drawKept } from "./kept.js";

const LANES_KEPT = 200;
const TICK_MS = 200;
const EVENTS = ["snapshot", "lane", "reloads"];

export class Inspector {
  #root;
  #state;
  #attempt;
  #source = null;
  #timer = 0;
  #lanes = new Map();
  #reloads = [];
  #limits = { acknowledge_s: 3, finish_s: 900 };
  #list = element("ol", { class: "lanes", reversed: true });
  #reloadList = element("ul", { class: "reloads" });
  #keptBox = element("div", { class: "kept" });

  /** `attempt(endpoint, body)` does something and shows a refusal. */
  constructor(root, state, attempt) {
    this.#root = root;
    this.#state = state;
    this.#attempt = attempt;
  }

  /** Begin to listen. */
  open() {
    if (this.#source !== null) return;
    const look = element("button", { type: "button", onclick: () => this.#look() }, "Look again");
    this.#root.replaceChildren(
      section("Break something", drawNasty((way, body) => this.#attempt(`nasty/${way}`, body))),
      section("What the bot keeps here", look, this.#keptBox),
      section("Reloads", this.#reloadList),
      element("h3", {}, "Interactions"),
      this.#list,
    );
    this.#source = new EventSource("inspector");
    for (const name of EVENTS) this.#source.addEventListener(name, (event) => this.#apply(name, JSON.parse(event.data)));
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.#look();
  }

  /** Stop listening. */
  close() {
    this.#source?.close();
    this.#source = null;
    clearInterval(this.#timer);
  }

  /** Follow the member and the channel. */
  draw() {
    if (this.#source !== null) this.#look();
  }

  #apply(name, data) {
    if (name === "reloads") this.#reloads = data.reloads;
    else if (name === "lane") this.#lanes.set(data.key, data);
    else this.#load(data);
    while (this.#lanes.size > LANES_KEPT) this.#lanes.delete(this.#lanes.keys().next().value);
    if (name === "lane") this.#drawOne(data);
    else this.#drawAll();
  }

  #load(snapshot) {
    this.#lanes = new Map(snapshot.lanes.map((lane) => [lane.key, lane]));
    this.#reloads = snapshot.reloads;
    this.#limits = snapshot.limits;
  }

  #drawAll() {
    this.#list.replaceChildren(...[...this.#lanes.values()].reverse().map((lane) => this.#drawn(lane)));
    const reloads = this.#reloads.map((each) => element("li", {}, `generation ${each.generation}, ${clockTime(each.at)}, ${each.digest.slice(0, 8)}`));
    this.#reloadList.replaceChildren(...(reloads.length > 0 ? reloads : [element("li", { class: "note" }, "None so far.")]));
  }

  #drawOne(lane) {
    const before = this.#list.querySelector(`[data-key="${CSS.escape(lane.key)}"]`);
    const after = this.#drawn(lane);
    if (before === null) this.#list.prepend(after);
    else {
      const opened = before.querySelector("details")?.open === true;
      before.replaceWith(after);
      after.querySelector("details").open = opened;
    }
  }

  #drawn(lane) {
    const expire = () => this.#attempt("nasty/expire", { interaction: lane.interaction.id });
    return drawLane(lane, { limits: this.#limits, now: this.#state.now(), expire });
  }

  #tick() {
    for (const lane of this.#lanes.values()) if (isLaneOpen(lane)) this.#drawOne(lane);
  }

  async #look() {
    const place = { user: this.#state.me, channel: this.#state.channelId };
    if (place.user === null) return;
    const channel = this.#state.channel;
    if (channel?.guild_id) place.guild = channel.guild_id;
    const response = await fetch(`kept?${new URLSearchParams(place)}`);
    this.#keptBox.replaceChildren(...drawKept(await response.json()));
  }
}

function section(title, ...content) {
  return element("details", { class: "part" }, element("summary", {}, title), ...content);
}

/** Return the time of day of a Unix second. */
function clockTime(second) {
  return new Date(second * 1000).toLocaleTimeString();
}
