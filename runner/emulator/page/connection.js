// The line to the local server: events come in, actions go out.

const EVENTS = ["snapshot", "message", "message_deleted", "interaction"];

/** Follows the events that one member may see. A new `watch` ends the one before. */
export class Connection {
  #source = null;
  #onEvent;
  #onOpen;

  /** `onEvent(name, data)` gets each event, `onOpen(isOpen)` whether the line stands. */
  constructor({ onEvent, onOpen }) {
    this.#onEvent = onEvent;
    this.#onOpen = onOpen;
  }

  /** Follow the events for a member's id; without one, or with one that the server doesn't know, the server chooses.
   * A line that breaks is made again by the browser itself; one that the server refuses is not. */
  watch(user) {
    this.#source?.close();
    const source = new EventSource(user ? `events?user=${encodeURIComponent(user)}` : "events");
    for (const name of EVENTS) {
      source.addEventListener(name, (event) => this.#onEvent(name, JSON.parse(event.data)));
    }
    source.onopen = () => this.#onOpen(true);
    source.onerror = () => {
      this.#onOpen(false);
      if (user && source.readyState === EventSource.CLOSED) this.watch(null);
    };
    this.#source = source;
  }
}

/** Do something as a member: POST a body to an endpoint. Throws an Error with the server's sentence if it is refused. */
export async function act(endpoint, body) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}
