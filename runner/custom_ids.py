"""custom_ids: the name of a component or a form, and the parameters that it carries.

    lr:claim                            a component without parameters
    lr:claim:AQEHcXVlc3Rpb26x8n0c…      one with: a layout, the values, a signature
    lr:claim:~Yw3nT0c9mKqPpX2e5A7s1g…   one whose values are too long for a custom_id: the key of what the store keeps
    lr:modal:feedback:AQ…               a form

Whoever can send a custom_id chooses its parameters: Discord hands them back as they were, but a client need not be
Discord's, and HTTP interactions need not come from where they say. So they are signed, with the name that they are for.
A name without parameters carries no signature: it says nothing that its sender could not say by clicking, and who may
click is decided by the handler's guards on each run. Neither is a signature bound to a message or a user: to press the
same button again, or on a message that was copied, is what buttons are for.

The layout tells parameters of an older version of the file from those that were tampered with: only the first are
answered as outdated.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from runner.data import dataclass
from runner.lifecycle.limits import CUSTOM_ID_MAX
from runner.store.values import PARAMS_KEY_CHARS

PREFIX: Final = "lr:"
"""What every custom_id of ours begins with, so that those of other programs are told apart."""

MODAL_PREFIX: Final = PREFIX + "modal:"
"""What the custom_id of every form begins with. A component may be called `modal`: Discord says which of them it is."""

KEPT: Final = "~"
"""What stands before the key of values that the store keeps."""

NAME_MAX: Final = 58
"""How long a name may be: behind it there is room for the key of parameters that the store keeps."""

SIGNATURE_BYTES: Final = 9
"""72 bits: each guess is one interaction with Discord, and a wrong one is logged."""

VARINT_BYTES_MAX: Final = 10
"""How many bytes a whole number takes at most, of 64 bits in groups of seven."""

_LAYOUT_BYTES: Final = 2
_SNOWFLAKE_BYTES: Final = 8
_IDS: Final = ("user", "role", "channel")

Types = Mapping[str, str]
"""The parameters of a component in their order: `string`, `integer`, `boolean`, `user`, `role` or `channel` each."""

Values = Mapping[str, object]


class Tampered(Exception):
    """A custom_id's parameters were not signed by us, or not as they are now."""


class Outdated(Exception):
    """A custom_id's parameters are those of an older version of its component."""


class TooLong(Exception):
    """The parameters do not fit into a custom_id."""


@dataclass(frozen=True, slots=True)
class CustomId:
    """A custom_id that is still to be written: where it leads, and what it carries."""

    prefix: str
    name: str
    types: Types
    values: Values


class Signer:
    """Writes custom_ids, and reads those that it has written."""

    def __init__(self, secret: str) -> None:
        """Sign with a key that is made from `secret`, and for nothing else than this."""
        self._key = hashlib.sha256(b"lifecycle-runner custom_id\0" + secret.encode()).digest()

    def written(self, custom_id: CustomId) -> str:
        """Return a custom_id with its parameters. Raises `TooLong` where they do not fit into it."""
        if not custom_id.types:
            return custom_id.prefix + custom_id.name
        said = layout(custom_id.types) + packed(custom_id.types, custom_id.values)
        made = f"{custom_id.prefix}{custom_id.name}:{_text(said + self._signature(custom_id.name, said))}"
        if len(made) > CUSTOM_ID_MAX:
            raise TooLong
        return made

    def kept(self, custom_id: CustomId, key: str) -> str:
        """Return a custom_id whose parameters the store keeps under `key`. Raises `TooLong`: names may be too long."""
        said = layout(custom_id.types) + key.encode("ascii")
        signature = _text(layout(custom_id.types) + self._signature(custom_id.name, said))
        made = f"{custom_id.prefix}{custom_id.name}:{KEPT}{key}{signature}"
        if len(made) > CUSTOM_ID_MAX:
            raise TooLong
        return made

    def read(self, name: str, types: Types, payload: str) -> "Values | str":
        """Return the parameters behind a name, or the key under which the store keeps them.

        Raises `Tampered` for what we have not signed, `Outdated` for what was written for other parameters.
        """
        if payload.startswith(KEPT):
            return self._read_key(name, types, payload.removeprefix(KEPT))
        said, signature = _split(_bytes(payload), SIGNATURE_BYTES)
        self._verify(name, said, signature)
        if said[:_LAYOUT_BYTES] != layout(types):
            raise Outdated
        return unpacked(types, said[_LAYOUT_BYTES:])

    def _read_key(self, name: str, types: Types, payload: str) -> str:
        key, tail = payload[:-_KEPT_TAIL], _bytes(payload[-_KEPT_TAIL:])
        written_for, signature = tail[:_LAYOUT_BYTES], tail[_LAYOUT_BYTES:]
        self._verify(name, written_for + key.encode("utf-8", "surrogatepass"), signature)
        if written_for != layout(types):
            raise Outdated
        return key

    def _signature(self, name: str, said: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\0" + said, "sha256")[:SIGNATURE_BYTES]

    def _verify(self, name: str, said: bytes, signature: bytes) -> None:
        if not hmac.compare_digest(self._signature(name, said), signature):
            raise Tampered


def parted(custom_id: str, prefix: str) -> tuple[str, str] | None:
    """Return the name in a custom_id and what stands behind it, empty where nothing does; None if it isn't ours."""
    if not custom_id.startswith(prefix):
        return None
    name, _, payload = custom_id.removeprefix(prefix).partition(":")
    return name, payload


def layout(types: Types) -> bytes:
    """Return what tells these parameters, their types and their order, from others."""
    said = ",".join(f"{name}:{kind}" for name, kind in types.items())
    return hashlib.sha256(said.encode()).digest()[:_LAYOUT_BYTES]


def length_of(name: str, types: Types, values: Values) -> int:
    """Return how long a component's custom_id is at least, if the values that are not there are as short as can be."""
    if not types:
        return len(PREFIX) + len(name)
    known = {each: values[each] if each in values else _SHORTEST[kind] for each, kind in types.items()}
    said = _LAYOUT_BYTES + len(packed(types, known)) + SIGNATURE_BYTES
    return len(PREFIX) + len(name) + 1 + len(_text(bytes(said)))


def length_of_kept(name: str) -> int:
    """Return how long a component's custom_id is whose parameters the store keeps."""
    return len(PREFIX) + len(name) + 1 + len(KEPT) + PARAMS_KEY_CHARS + _KEPT_TAIL


_SHORTEST: Final[Mapping[str, object]] = {
    "string": "",
    "integer": 0,
    "boolean": False,
    "user": "0",
    "role": "0",
    "channel": "0",
}


def packed(types: Types, values: Values) -> bytes:
    """Return the values as few bytes, in the order of their types."""
    return b"".join(_packed(kind, values[name]) for name, kind in types.items())


def _packed(kind: str, value: object) -> bytes:
    match value:
        case bool():
            return bytes((value,))
        case int():
            return _varint(value << 1 if value >= 0 else (-value << 1) - 1)  # the sign is the lowest bit
        case str() if kind in _IDS:
            return int(value).to_bytes(_SNOWFLAKE_BYTES, "big")
        case str():
            encoded = value.encode("utf-8", "surrogatepass")
            return _varint(len(encoded)) + encoded
        case _:
            raise AssertionError(f"a {kind} is carried as another type")


def unpacked(types: Types, said: bytes) -> Values:
    """Return the values that were packed. Raises `Tampered` where these bytes are none."""
    at = 0
    values: dict[str, object] = {}
    for name, kind in types.items():
        values[name], at = _unpacked(kind, said, at)
    if at != len(said):
        raise Tampered
    return values


def _unpacked(kind: str, said: bytes, at: int) -> tuple[object, int]:
    """Return the value that begins at `at`, and where the next one does."""
    if kind in _IDS:
        return str(int.from_bytes(_slice(said, at, _SNOWFLAKE_BYTES), "big")), at + _SNOWFLAKE_BYTES
    if kind == "boolean":
        return _slice(said, at, 1) == b"\1", at + 1
    number, at = _read_varint(said, at)
    if kind == "integer":
        return (-(number + 1) >> 1 if number & 1 else number >> 1), at
    try:
        return _slice(said, at, number).decode("utf-8", "surrogatepass"), at + number
    except UnicodeDecodeError:
        raise Tampered from None


def _varint(number: int) -> bytes:
    groups = bytearray()
    while number > 0x7F:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)


def _read_varint(said: bytes, at: int) -> tuple[int, int]:
    number = 0
    for index in range(VARINT_BYTES_MAX):
        (group,) = _slice(said, at + index, 1)
        number |= (group & 0x7F) << 7 * index
        if group < 0x80:
            return number, at + index + 1
    raise Tampered


def _slice(said: bytes, at: int, length: int) -> bytes:
    part = said[at : at + length]
    if len(part) != length:
        raise Tampered
    return part


def _split(said: bytes, tail: int) -> tuple[bytes, bytes]:
    return said[:-tail], said[-tail:]


def _text(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode("ascii")


_KEPT_TAIL: Final = len(_text(bytes(_LAYOUT_BYTES + SIGNATURE_BYTES)))
"""How many characters stand behind a key: what it was written for, and the signature."""


def _bytes(text: str) -> bytes:
    """Return what base64 stands for, only as `_text` writes it: no other spelling may pass for the same."""
    try:
        said = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise Tampered from None
    if _text(said) != text:
        raise Tampered
    return said
