"""A message's body: nobody is pinged unasked, an edit says only what it changes, and too long a text is cut."""

from collections.abc import Mapping

import pytest

from runner.messages import EmptyMessage, Mention, Message, edit_body, new_body

NOBODY: Mapping[str, object] = {"parse": []}
ROW: Mapping[str, object] = {"type": 1, "components": []}


def test_a_new_message_pings_nobody_unless_it_says_whom() -> None:
    assert new_body(Message(content="@everyone")) == {"content": "@everyone", "allowed_mentions": NOBODY}


@pytest.mark.parametrize(
    ("mentions", "parsed"),
    [
        (("users",), ["users"]),
        (("everyone",), ["everyone"]),
        (("here",), ["everyone"]),
        (("users", "here", "roles", "everyone", "users"), ["everyone", "roles", "users"]),
    ],
    ids=["users", "everyone", "here", "all"],
)
def test_a_message_pings_whom_it_says(mentions: tuple[Mention, ...], parsed: list[str]) -> None:
    body = new_body(Message(content="a", mentions=mentions))
    assert body["allowed_mentions"] == {"parse": parsed}


@pytest.mark.parametrize(("is_ephemeral", "flags"), [(True, 64), (False, None)])
def test_a_private_message_has_discords_flag(is_ephemeral: bool, flags: int | None) -> None:
    assert new_body(Message(content="a"), is_ephemeral=is_ephemeral).get("flags") == flags


@pytest.mark.parametrize("content", [None, "", " ", "\n\t "])
def test_a_message_without_anything_to_show_is_not_sent(content: str | None) -> None:
    with pytest.raises(EmptyMessage):
        new_body(Message(content=content, components=()))


def test_components_alone_are_something_to_show() -> None:
    assert new_body(Message(components=(ROW,))) == {"components": (ROW,), "allowed_mentions": NOBODY}


EDITS: dict[str, tuple[Message, dict[str, object]]] = {
    "nothing": (Message(), {}),
    "the text": (Message(content="a"), {"content": "a"}),
    "no text any more": (Message(content=""), {"content": ""}),
    "the components": (Message(components=(ROW,)), {"components": (ROW,)}),
    "no components any more": (Message(components=()), {"components": ()}),
}


@pytest.mark.parametrize(("message", "body"), EDITS.values(), ids=EDITS)
def test_an_edit_has_only_what_it_changes(message: Message, body: dict[str, object]) -> None:
    assert edit_body(message) == {**body, "allowed_mentions": NOBODY}


@pytest.mark.parametrize(
    ("length", "shown"),
    [(2000, "a" * 2000), (2001, "a" * 1999 + "…"), (5000, "a" * 1999 + "…")],
    ids=["2000", "2001", "5000"],
)
def test_a_text_beyond_2000_characters_is_cut(length: int, shown: str) -> None:
    assert edit_body(Message(content="a" * length))["content"] == shown
