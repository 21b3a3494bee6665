"""custom_ids carry parameters in few characters, and none that we have not signed."""

import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.custom_ids import (
    NAME_MAX,
    PREFIX,
    SIGNATURE_BYTES,
    CustomId,
    Outdated,
    Signer,
    Tampered,
    TooLong,
    Types,
    length_of,
    length_of_kept,
    packed,
    parted,
    unpacked,
)
from runner.lifecycle.limits import CUSTOM_ID_MAX

SIGNER = Signer("a secret")
NUMBER = {"number": "integer"}
ALL = {"a": "string", "b": "integer", "c": "boolean", "d": "user", "e": "role", "f": "channel"}
VALUES = {
    "string": st.text(max_size=20),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "user": st.integers(0, 2**64 - 1).map(str),
    "role": st.integers(0, 2**64 - 1).map(str),
    "channel": st.integers(0, 2**64 - 1).map(str),
}


def claim(types: Types = NUMBER, name: str = "claim", **values: object) -> CustomId:
    """Return the custom_id of a component, unwritten."""
    return CustomId(PREFIX, name, types, values)


def payload_of(custom_id: str) -> str:
    """Return what stands behind the name."""
    found = parted(custom_id, PREFIX)
    assert found is not None
    return found[1]


@given(st.lists(st.sampled_from(sorted(VALUES)), max_size=8), st.data())
def test_what_is_packed_is_unpacked(kinds: list[str], data: st.DataObject) -> None:
    types = {f"p{index}": kind for index, kind in enumerate(kinds)}
    values: dict[str, Any] = {name: data.draw(VALUES[kind]) for name, kind in types.items()}  # Any: drawn
    assert unpacked(types, packed(types, values)) == values


@given(st.integers(-(2**63), 2**63 - 1))
def test_what_is_written_is_read(number: int) -> None:
    payload = payload_of(SIGNER.written(claim(number=number)))
    assert SIGNER.read("claim", NUMBER, payload) == {"number": number}


def test_a_name_without_parameters_is_written_as_it_is() -> None:
    assert SIGNER.written(claim({})) == "lr:claim"


def test_a_small_parameter_takes_few_characters() -> None:
    assert len(SIGNER.written(claim(number=7))) == len("lr:claim:") + 16


def test_all_that_a_custom_id_takes_can_be_used() -> None:
    room = {"text": "string"}
    lengths = [len(SIGNER.written(claim(room, text="x" * count))) for count in range(57)]
    assert (min(lengths), max(lengths)) == (25, CUSTOM_ID_MAX)
    with pytest.raises(TooLong):
        SIGNER.written(claim(room, text="x" * 57))


@given(st.text(max_size=80))
def test_the_least_length_is_that_of_what_is_known(text: str) -> None:
    types = {"text": "string", "number": "integer"}
    least = length_of("claim", types, {"text": text})
    try:
        assert len(SIGNER.written(claim(types, text=text, number=0))) == least <= CUSTOM_ID_MAX
    except TooLong:
        assert least > CUSTOM_ID_MAX
    assert length_of("claim", {}, {}) == len("lr:claim")


def test_a_key_of_the_store_is_signed_too() -> None:
    written = SIGNER.kept(claim(number=7, name="n" * NAME_MAX), "k" * 22)
    assert len(written) <= CUSTOM_ID_MAX
    assert SIGNER.read("n" * NAME_MAX, NUMBER, payload_of(written)) == "k" * 22
    for other in (payload_of(written).replace("k", "l", 1), "~", "~" + "k" * 22, "~kk"):
        with pytest.raises(Tampered):
            SIGNER.read("n" * NAME_MAX, NUMBER, other)
    with pytest.raises(Outdated):
        SIGNER.read("n" * NAME_MAX, {"number": "string"}, payload_of(written))


@pytest.mark.parametrize("key", ["\ud800" * 22, "é" * 22, "\0" * 22, ""], ids=ascii)
def test_a_key_that_is_none_is_forged(key: str) -> None:
    payload = payload_of(SIGNER.kept(claim(number=7), "k" * 22))
    with pytest.raises(Tampered):
        SIGNER.read("claim", NUMBER, payload.replace("k" * 22, key))


def test_a_name_that_leaves_no_room_for_a_key_is_too_long() -> None:
    assert len(SIGNER.kept(claim(number=7, name="n" * NAME_MAX), "k" * 22)) == length_of_kept("n" * NAME_MAX)
    with pytest.raises(TooLong):
        SIGNER.kept(claim(number=7, name="n" * (NAME_MAX + 1)), "k" * 22)


def test_another_secret_signs_otherwise() -> None:
    payload = payload_of(SIGNER.written(claim(number=7)))
    with pytest.raises(Tampered):
        Signer("another secret").read("claim", NUMBER, payload)


def test_parameters_of_one_component_are_not_those_of_another() -> None:
    payload = payload_of(SIGNER.written(claim(number=7)))
    with pytest.raises(Tampered):
        SIGNER.read("close", NUMBER, payload)


@pytest.mark.parametrize(
    "types",
    [{}, {"number": "string"}, {"count": "integer"}, {"number": "integer", "more": "boolean"}],
    ids=["none", "another type", "another name", "one more"],
)
def test_parameters_of_an_older_version_are_told_from_forged_ones(types: Types) -> None:
    payload = payload_of(SIGNER.written(claim(number=7)))
    with pytest.raises(Outdated):
        SIGNER.read("claim", types, payload)


@given(st.integers(0, 23), st.sampled_from(string.ascii_letters + string.digits + "-_=~ +/é"))
def test_no_character_can_be_changed(at: int, character: str) -> None:
    payload = payload_of(SIGNER.written(claim(ALL, a="", b=1, c=True, d="5", e="6", f="7")))
    changed = payload[:at] + character + payload[at + 1 :]
    if changed != payload:
        with pytest.raises(Tampered):
            SIGNER.read("claim", ALL, changed)


@given(st.text(max_size=120))
def test_nothing_that_anybody_sends_is_more_than_tampered_with(payload: str) -> None:
    with pytest.raises((Tampered, Outdated)):
        SIGNER.read("claim", ALL, payload)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_values_are_told(said: bytes) -> None:
    try:
        values = unpacked(ALL, said)
    except Tampered:
        return
    assert set(values) == set(ALL)


def test_a_signature_is_cut_but_not_short() -> None:
    assert SIGNATURE_BYTES * 8 >= 64


PARTED = {
    "lr:claim": ("claim", ""),
    "lr:claim:abc": ("claim", "abc"),
    "lr:/ticket open.more:a:b": ("/ticket open.more", "a:b"),
    "lr:": ("", ""),
    "claim": None,
    "": None,
    "LR:claim": None,
}


@pytest.mark.parametrize(("custom_id", "parts"), PARTED.items(), ids=PARTED)
def test_only_what_begins_like_ours_has_a_name(custom_id: str, parts: tuple[str, str] | None) -> None:
    assert parted(custom_id, PREFIX) == parts
