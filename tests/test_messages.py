"""A message's body: nobody is pinged unasked, an edit says only what it changes, and too long a text is cut."""

from collections.abc import Mapping

import pytest

from runner.lifecycle.bits import MessageFlags
from runner.messages import EmptyMessage, Message, edit_body, edit_json, embed_length, new_body, new_json

NOBODY: Mapping[str, object] = {"parse": []}
ROW: Mapping[str, object] = {"type": 1, "components": []}


def test_a_new_message_pings_nobody_unless_it_says_whom() -> None:
    assert new_body(Message(content="@everyone")) == {"content": "@everyone", "allowed_mentions": NOBODY}


def test_a_message_pings_whom_it_says() -> None:
    said: Mapping[str, object] = {"parse": ["users"]}
    assert new_body(Message(content="a", mentions=said))["allowed_mentions"] == said


@pytest.mark.parametrize(("is_ephemeral", "flags"), [(True, 64), (False, None)])
def test_a_private_message_has_discords_flag(is_ephemeral: bool, flags: int | None) -> None:
    assert new_body(Message(content="a"), is_ephemeral=is_ephemeral).get("flags") == flags


@pytest.mark.parametrize("content", [None, "", " ", "\n\t "])
def test_a_message_without_anything_to_show_is_not_sent(content: str | None) -> None:
    with pytest.raises(EmptyMessage):
        new_body(Message(content=content, more={"components": [], "embeds": []}))


def test_components_alone_are_something_to_show() -> None:
    assert new_body(Message(more={"components": [ROW]})) == {"components": [ROW], "allowed_mentions": NOBODY}


def test_flags_of_a_new_message_stand_beside_the_private_one() -> None:
    flags = MessageFlags.SUPPRESS_EMBEDS | MessageFlags.SUPPRESS_NOTIFICATIONS
    assert new_body(Message(content="a", flags=flags), is_ephemeral=True)["flags"] == flags | 64


EDITS: dict[str, tuple[Message, dict[str, object]]] = {
    "nothing": (Message(), {}),
    "the text": (Message(content="a"), {"content": "a"}),
    "no text any more": (Message(content=""), {"content": ""}),
    "the components": (Message(more={"components": [ROW]}), {"components": [ROW]}),
    "no components any more": (Message(more={"components": []}), {"components": []}),
    "a flag": (Message(flags=MessageFlags.SUPPRESS_EMBEDS), {"flags": 4}),
    "no flag any more": (Message(flags=0), {"flags": 0}),
    "a flag that only a new message takes": (Message(flags=MessageFlags.SUPPRESS_NOTIFICATIONS), {"flags": 0}),
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


def test_a_message_that_is_always_the_same_is_encoded_once_for_each_use() -> None:
    message = Message(content="a", encoded={})
    private, public, edit = (
        new_json(message, is_ephemeral=True),
        new_json(message, is_ephemeral=False),
        edit_json(message),
    )
    assert len({private, public, edit}) == 2  # a public new message and an edit say the same
    assert new_json(message, is_ephemeral=True) is private
    assert new_json(message, is_ephemeral=False) is public
    assert edit_json(message) is edit


EMBEDS: dict[str, tuple[Mapping[str, object], int]] = {
    "none of its texts": ({"color": 5, "image": {"url": "https://example.com/a"}}, 0),
    "all of its texts": (
        {
            "title": "12",
            "description": "345",
            "author": {"name": "6", "url": "https://example.com"},
            "footer": {"text": "78"},
            "fields": [{"name": "9", "value": "0", "inline": True}],
        },
        10,
    ),
    "blanks at the ends": ({"title": "  a b\n", "description": None}, 3),
}


@pytest.mark.parametrize(("embed", "length"), EMBEDS.values(), ids=EMBEDS)
def test_the_length_of_an_embed_is_that_of_its_texts(embed: Mapping[str, object], length: int) -> None:
    assert embed_length(embed) == length
