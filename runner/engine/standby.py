"""The last resort: a thread that acknowledges an interaction when the event loop stands still.

The watchdog is a timer of the loop, so a step that computes for seconds holds it up too. Steps should not do that, and
rendering is bounded; but what a library does on the loop's thread nobody can bound. Python lets threads take turns even
then. So this one looks after every interaction that is still without a first response shortly before it would be too
late, asks the loop for a sign of life, and where none comes sends the deferral (or whatever the loop was about to send)
over a connection of its own. The acknowledger takes what this thread has sent for an attempt of its own whose outcome
it doesn't know: see `Claim`.

What it can't help is an interaction that the loop has not even read: one that arrives while the loop stands still, and
for longer than Discord waits.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from runner.engine.claim import Claim

if TYPE_CHECKING:
    import http.client

LOOK_EVERY_S: Final = 0.1
"""How often the thread looks while some interaction is unanswered; while there is none it sleeps."""

SIGN_OF_LIFE_S: Final = 0.15
"""How long the loop may take to show that it turns."""

SENDERS_MAX: Final = 8
"""How many answers the thread has on their way at once, each on a connection of its own."""

ATTEMPTS_MAX: Final = 3
"""How often it tries each."""

ATTEMPT_S: Final = 0.6
"""How long one attempt may take, connecting included."""

CLOSE_S: Final = 1.0
"""How long `close` waits for the thread."""


class Standby:
    """A thread that acknowledges what the loop leaves unanswered. `ask` has a function called on the loop, soon.

    `saved` counts the interactions that Discord has taken an answer to from this thread.
    """

    def __init__(self, base_url: str, user_agent: str, ask: Callable[[Callable[[], None]], object]) -> None:
        """Reach Discord at `base_url`. The thread runs until `close`."""
        self.saved = 0
        self._url = urlsplit(base_url)
        self._user_agent = user_agent
        self._ask = ask
        self._claims: deque[Claim] = deque()
        self._has_claims = threading.Event()
        self._closing = threading.Event()
        self._senders = ThreadPoolExecutor(SENDERS_MAX, "standby sender")  # has no thread until one is needed
        self._idle: deque[http.client.HTTPConnection] = deque()
        self._thread = threading.Thread(target=self._run, name="standby", daemon=True)
        self._thread.start()

    def now(self) -> float:
        """Return the machine's monotonic clock."""
        return time.monotonic()

    def watch(self, claim: Claim) -> None:
        """Look after an interaction. To be called on the loop; costs it next to nothing."""
        self._claims.append(claim)
        if not self._has_claims.is_set():
            self._has_claims.set()

    def close(self) -> None:
        """End the thread. What it has on its way is left to itself."""
        self._closing.set()
        self._has_claims.set()
        self._thread.join(CLOSE_S)
        self._senders.shutdown(wait=False, cancel_futures=True)
        self._close_idle()

    def _run(self) -> None:
        while not self._closing.is_set():
            self._has_claims.wait()
            open_claims = self._open_claims()
            due = [claim for claim in open_claims if claim.due <= time.monotonic()]
            if due and not self._loop_turns():
                self._send_all(due)
            if open_claims:
                self._closing.wait(LOOK_EVERY_S)

    def _open_claims(self) -> list[Claim]:
        """Return the claims that are still to be looked after, and forget the others."""
        now = time.monotonic()
        for _ in range(len(self._claims)):
            claim = self._claims.popleft()
            if not claim.is_over and claim.sent is None and claim.end > now:
                self._claims.append(claim)
        found = list(self._claims)
        if not found:
            self._has_claims.clear()
            if self._claims:  # one has come in between
                self._has_claims.set()
        return found

    def _loop_turns(self) -> bool:
        """Ask the loop for a sign of life. One that is closed needs no help."""
        turned = threading.Event()
        try:
            self._ask(turned.set)
        except RuntimeError:
            return True
        return turned.wait(SIGN_OF_LIFE_S)

    def _send_all(self, claims: Iterable[Claim]) -> None:
        for claim in claims:
            if (first := claim.take()) is not None:
                with suppress(RuntimeError):  # the process ends
                    self._senders.submit(self._send, claim, first.body)

    def _send(self, claim: Claim, body: bytes) -> None:
        """Send a first response until it is there or can't be; the loop finds out which, when it turns again."""
        for _ in range(ATTEMPTS_MAX):
            left_s = claim.end - time.monotonic()
            if left_s <= 0 or claim.is_over:
                return
            status = self._attempt(claim.path, body, min(left_s, ATTEMPT_S))
            if status is not None and status < 300:
                claim.is_taken = True
                self.saved += 1
            if status is not None and status < 500 and status != 429:
                return

    def _attempt(self, path: str, body: bytes, within_s: float) -> int | None:
        """Make one request, and return the status of its answer; None when there was none."""
        import http.client  # seldom needed, and never at the start

        connection = self._connection(within_s)
        headers = {"Content-Type": "application/json", "User-Agent": self._user_agent}
        try:
            connection.request("POST", self._url.path.rstrip("/") + path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            connection.close()
            return None
        self._keep(connection)
        return answer.status

    def _connection(self, within_s: float) -> "http.client.HTTPConnection":
        """Return a connection for one request, which may take so long."""
        import http.client

        try:
            connection = self._idle.pop()
        except IndexError:
            kind = http.client.HTTPSConnection if self._url.scheme == "https" else http.client.HTTPConnection
            return kind(self._url.hostname or "", self._url.port, timeout=within_s)
        if connection.sock is not None:
            connection.sock.settimeout(within_s)
        return connection

    def _keep(self, connection: "http.client.HTTPConnection") -> None:
        self._idle.append(connection)
        if self._closing.is_set():
            self._close_idle()

    def _close_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self._idle.pop().close()
