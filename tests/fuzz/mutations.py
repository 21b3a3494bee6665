"""Files that nobody would write: sound ones with something changed in their bytes, their lines or their structure."""

from collections.abc import Callable, Sequence
from random import Random

Mutation = Callable[[bytes, Random], bytes]

_TOKENS: Sequence[bytes] = (
    *(
        b"{",
        b"}",
        b"[",
        b"]",
        b"{{",
        b"}}",
        b"{%",
        b"%}",
        b"{#",
        b"#}",
        b'"',
        b"'",
        b": ",
        b"- ",
        b", ",
        b"#",
        b"&a ",
        b"*a",
    ),
    *(
        b"!x ",
        b"!!python/object:os.system ",
        b"<<: ",
        b"|",
        b">",
        b"|2-",
        b">+",
        b"---\n",
        b"...\n",
        b"%YAML 1.1\n",
        b"?",
        b"~",
    ),
    *(
        b"\t",
        b"\r",
        b"\r\n",
        b"\x00",
        b"\x07",
        b"\xff",
        b"\xc3",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xa8",
        b"\xc2\x85",
        b"\xc2\xa0",
    ),
    *(b"null", b"true", b"yes", b"on", b"0777", b"1:30", b"1e3", b".inf", b".nan", b"9" * 40, b"-0", b"1_000", b"0x1F"),
    *(b"2026-11-23", b"123456789012345678", b"99999999999999999999", b"${X}", b"${X:-}", b"${", b"\xf0\x9f\x98\x80"),
    *(
        b"user",
        b"options",
        b"{{ user.name }}",
        b"{{ 9**9**9 }}",
        b"{{ range(10**9) }}",
        b"{{ 'a' * 10**9 }}",
        b"{{ x|x|x }}",
    ),
    *(
        b"{% for a in range(999) %}",
        b"{% endfor %}",
        b"{% if user %}",
        b"{{ (((((((",
        b"{{ -" + b"-" * 90,
        b"{{ a" + b".a" * 90,
    ),
    *(b"# lifecycle: ignore[", b"# lifecycle: ignore[unknown-key] why\n", b"@everyone", b"<@123456789012345678>"),
    *(
        b"include: [bot.yaml]\n",
        b"include: '*'\n",
        b"data: {a: bot.yaml}\n",
        b"version: 2\n",
        b"id: a\n",
        b"when: true\n",
    ),
    *(b"steps: ", b"reply: ", b"modal: ", b"defer: {}\n", b"if: ", b"then: ", b"catch: ", b"stop\n", b"wait: 99d\n"),
)


def swap_bytes(data: bytes, random: Random) -> bytes:
    """Change some bytes to others."""
    made = bytearray(data)
    for _ in range(random.randint(1, 8)):
        if made:
            made[random.randrange(len(made))] = random.randrange(256)
    return bytes(made)


def insert_token(data: bytes, random: Random) -> bytes:
    """Put something with a meaning somewhere."""
    at = random.randint(0, len(data))
    return data[:at] + random.choice(_TOKENS) + data[at:]


def delete_stretch(data: bytes, random: Random) -> bytes:
    """Leave a stretch out."""
    start = random.randint(0, len(data))
    return data[:start] + data[start + random.randint(0, 40) :]


def repeat_stretch(data: bytes, random: Random) -> bytes:
    """Write a stretch many times."""
    start = random.randint(0, len(data))
    stretch = data[start : start + random.randint(1, 60)]
    return data[:start] + stretch * random.choice((2, 3, 70, 2000)) + data[start:]


def _lines(change: Callable[[list[bytes], Random], None]) -> Mutation:
    def mutated(data: bytes, random: Random) -> bytes:
        lines = data.splitlines(keepends=True) or [b""]
        change(lines, random)
        return b"".join(lines)

    return mutated


def _delete(lines: list[bytes], random: Random) -> None:
    del lines[random.randrange(len(lines))]


def _duplicate(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    lines.insert(random.randint(0, len(lines)), lines[at])


def _swap(lines: list[bytes], random: Random) -> None:
    one, other = random.randrange(len(lines)), random.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]


def _indent(lines: list[bytes], random: Random) -> None:
    at = random.randrange(len(lines))
    bare = lines[at].lstrip(b" ")
    lines[at] = b" " * random.randint(0, 14) + bare


def _value(lines: list[bytes], random: Random) -> None:
    """Put another value behind a key."""
    at = random.randrange(len(lines))
    key, colon, _ = lines[at].partition(b": ")
    if colon:
        lines[at] = key + colon + random.choice(_TOKENS) + b"\n"


def _key(lines: list[bytes], random: Random) -> None:
    """Misspell a key, or take one from elsewhere."""
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    key, colon, rest = lines[at].partition(b":")
    if colon:
        taken = lines[other].partition(b":")[0].strip()
        indent = key[: len(key) - len(key.lstrip())]
        lines[at] = indent + random.choice((taken, key.strip()[:-1], key.strip() + b"s", b"")) + colon + rest


def splice(data: bytes, other: bytes, random: Random) -> bytes:
    """Go on with another file in the middle of this one."""
    return data[: random.randint(0, len(data))] + other[random.randint(0, len(other)) :]


MUTATIONS: Sequence[Mutation] = (
    swap_bytes,
    insert_token,
    delete_stretch,
    repeat_stretch,
    *map(_lines, (_delete, _duplicate, _swap, _indent, _value, _key)),
)


def mutated(seeds: Sequence[bytes], random: Random) -> bytes:
    """Return one of the files with a few mutations, now and then spliced with another, rarely nothing but noise."""
    if random.random() < 0.02:
        return random.randbytes(random.randint(0, 400))
    data = random.choice(seeds)
    if random.random() < 0.1:
        data = splice(data, random.choice(seeds), random)
    for _ in range(random.choice((1, 1, 1, 2, 3, 8))):
        data = random.choice(MUTATIONS)(data, random)
    return data
