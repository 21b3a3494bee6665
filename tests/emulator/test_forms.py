"""Bodies of messages, autocomplete answers and callbacks, held against the limits in Discord's docs."""

from collections.abc import Callable, Iterator, Mapping
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.emulator.forms.messages import (
    FormFault,
    MessageCall,
    check_callback_type,
    check_choices,
    check_message,
    check_modal,
)
from runner.lifecycle.limits import OptionType

Json = dict[str, object]
Build = Callable[[int], Json]

V2 = 1 << 15
EPHEMERAL = 1 << 6
SUPPRESS_EMBEDS = 1 << 2

BAD_LENGTH = "BASE_TYPE_BAD_LENGTH"
MAX_LENGTH = "BASE_TYPE_MAX_LENGTH"
REQUIRED = "BASE_TYPE_REQUIRED"
CHOICES = "BASE_TYPE_CHOICES"
NO_LEGACY = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"


def places(fault: FormFault | None) -> list[tuple[str, str]]:
    """Return where a 50035 finds fault, as "data.embeds.0", and with which inner code."""
    if fault is None:
        return []
    assert (fault.status, fault.code, fault.message) == (400, 50035, "Invalid Form Body")
    return list(_leaves(cast("Json", fault.errors), ""))


def _leaves(node: Json, path: str) -> Iterator[tuple[str, str]]:
    for key, value in node.items():
        if key == "_errors":
            yield from ((path, error["code"]) for error in cast("list[dict[str, str]]", value))
        else:
            yield from _leaves(cast("Json", value), f"{path}.{key}" if path else key)


def post(body: object, files: int = 0) -> FormFault | None:
    return check_message(body, where=MessageCall.CREATE, files=files)


def embed(**fields: object) -> Json:
    return {"embeds": [{"title": "A title", **fields}]}


def poll(**fields: object) -> Json:
    answer = {"poll_media": {"text": "Yes"}}
    return {"poll": {"question": {"text": "Well?"}, "answers": [answer], **fields}}


def url_of(length: int) -> str:
    return "https://example.org/".ljust(length, "x")


def ids(count: int) -> list[str]:
    return [str(number) for number in range(1, count + 1)]


FIELD = {"name": "n", "value": "v"}
ANSWER = {"poll_media": {"text": "Yes"}}

UPPER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("content", lambda n: {"content": "x" * n}, 2000, "content", MAX_LENGTH),
    ("embeds", lambda n: {"embeds": [{"title": "t"}] * n}, 10, "embeds", MAX_LENGTH),
    ("embed-title", lambda n: embed(title="x" * n), 256, "embeds.0.title", MAX_LENGTH),
    ("embed-description", lambda n: embed(description="x" * n), 4096, "embeds.0.description", MAX_LENGTH),
    ("embed-fields", lambda n: embed(fields=[FIELD] * n), 25, "embeds.0.fields", MAX_LENGTH),
    (
        "embed-field-name",
        lambda n: embed(fields=[{**FIELD, "name": "x" * n}]),
        256,
        "embeds.0.fields.0.name",
        MAX_LENGTH,
    ),
    (
        "embed-field-value",
        lambda n: embed(fields=[{**FIELD, "value": "x" * n}]),
        1024,
        "embeds.0.fields.0.value",
        MAX_LENGTH,
    ),
    ("embed-footer", lambda n: embed(footer={"text": "x" * n}), 2048, "embeds.0.footer.text", MAX_LENGTH),
    ("embed-author", lambda n: embed(author={"name": "x" * n}), 256, "embeds.0.author.name", MAX_LENGTH),
    ("embed-color", lambda n: embed(color=n), 0xFFFFFF, "embeds.0.color", "NUMBER_TYPE_MAX"),
    ("embed-url", lambda n: embed(url=url_of(n)), 2048, "embeds.0.url", MAX_LENGTH),
    ("embed-image", lambda n: embed(image={"url": url_of(n)}), 2048, "embeds.0.image.url", MAX_LENGTH),
    (
        "embeds-together",
        lambda n: {"embeds": [{"description": "x" * 4096}, {"description": "x" * (n - 4096)}]},
        6000,
        "embeds",
        "MAX_EMBED_SIZE_EXCEEDED",
    ),
    ("mentioned-users", lambda n: {"allowed_mentions": {"users": ids(n)}}, 100, "allowed_mentions.users", MAX_LENGTH),
    ("mentioned-roles", lambda n: {"allowed_mentions": {"roles": ids(n)}}, 100, "allowed_mentions.roles", MAX_LENGTH),
    ("stickers", lambda n: {"sticker_ids": ids(n)}, 3, "sticker_ids", MAX_LENGTH),
    ("nonce-text", lambda n: {"nonce": "x" * n}, 25, "nonce", "NONCE_TYPE_TOO_LONG"),
    ("nonce-number", lambda n: {"nonce": n}, 2**63 - 1, "nonce", "NUMBER_TYPE_MAX"),
    ("poll-question", lambda n: poll(question={"text": "x" * n}), 300, "poll.question.text", BAD_LENGTH),
    ("poll-answers", lambda n: poll(answers=[ANSWER] * n), 10, "poll.answers", BAD_LENGTH),
    (
        "poll-answer",
        lambda n: poll(answers=[{"poll_media": {"text": "x" * n}}]),
        55,
        "poll.answers.0.poll_media.text",
        BAD_LENGTH,
    ),
    ("poll-duration", lambda n: poll(duration=n), 768, "poll.duration", "NUMBER_TYPE_MAX"),
    (
        "attachment-filename",
        lambda n: {"attachments": [{"id": 0, "filename": "x" * n}]},
        1024,
        "attachments.0.filename",
        MAX_LENGTH,
    ),
    (
        "attachment-title",
        lambda n: {"attachments": [{"id": 0, "title": "x" * n}]},
        1024,
        "attachments.0.title",
        MAX_LENGTH,
    ),
    (
        "attachment-description",
        lambda n: {"attachments": [{"id": 0, "description": "x" * n}]},
        1024,
        "attachments.0.description",
        MAX_LENGTH,
    ),
]

LOWER_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("embed-color", lambda n: embed(color=n), 0, "embeds.0.color", "NUMBER_TYPE_MIN"),
    ("embed-field-name", lambda n: embed(fields=[{**FIELD, "name": "x" * n}]), 1, "embeds.0.fields.0.name", REQUIRED),
    (
        "embed-field-value",
        lambda n: embed(fields=[{**FIELD, "value": "x" * n}]),
        1,
        "embeds.0.fields.0.value",
        REQUIRED,
    ),
    ("embed-footer", lambda n: embed(footer={"text": "x" * n}), 1, "embeds.0.footer.text", REQUIRED),
    ("embed-author", lambda n: embed(author={"name": "x" * n}), 1, "embeds.0.author.name", REQUIRED),
    ("embed-itself", lambda n: {"embeds": [{"description": "x" * n}]}, 1, "embeds.0.description", REQUIRED),
    ("nonce-number", lambda n: {"nonce": n}, -(2**63), "nonce", "NUMBER_TYPE_MIN"),
    ("poll-question", lambda n: poll(question={"text": "x" * n}), 1, "poll.question.text", BAD_LENGTH),
    ("poll-answers", lambda n: poll(answers=[ANSWER] * n), 1, "poll.answers", BAD_LENGTH),
    ("poll-duration", lambda n: poll(duration=n), 1, "poll.duration", "NUMBER_TYPE_MIN"),
    ("flags", lambda n: {"flags": n}, 0, "flags", "NUMBER_TYPE_MIN"),
]


@pytest.mark.parametrize(
    ("build", "most", "place", "code"), [row[1:] for row in UPPER_BOUNDS], ids=[row[0] for row in UPPER_BOUNDS]
)
def test_a_message_passes_at_the_limit_and_is_refused_one_above(build: Build, most: int, place: str, code: str) -> None:
    assert post({"content": "Hi", **build(most)}, files=1) is None
    assert places(post({"content": "Hi", **build(most + 1)}, files=1)) == [(place, code)]


@pytest.mark.parametrize(
    ("build", "least", "place", "code"), [row[1:] for row in LOWER_BOUNDS], ids=[row[0] for row in LOWER_BOUNDS]
)
def test_a_message_passes_at_the_lower_limit_and_is_refused_below(
    build: Build, least: int, place: str, code: str
) -> None:
    assert post({"content": "Hi", **build(least)}) is None
    assert places(post({"content": "Hi", **build(least - 1)})) == [(place, code)]


WRONG_TYPES: list[tuple[str, object, str, str]] = [
    ("body", ["Hi"], "", "MODEL_TYPE_CONVERT"),
    ("no-body", None, "", "MODEL_TYPE_CONVERT"),
    ("content", {"content": 7}, "content", "STRING_TYPE_CONVERT"),
    ("tts", {"tts": "yes"}, "tts", "BOOLEAN_TYPE_CONVERT"),
    ("flags", {"flags": "many"}, "flags", "NUMBER_TYPE_COERCE"),
    ("flags-boolean", {"flags": True}, "flags", "NUMBER_TYPE_COERCE"),
    ("embeds", {"embeds": {"title": "t"}}, "embeds", "LIST_TYPE_CONVERT"),
    ("embed", {"embeds": ["t"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
    ("embed-url", embed(url="example.org"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    ("embed-url-script", embed(url="javascript:alert(1)"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    ("embed-url-host", embed(url="https://"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    ("embed-url-bracket", embed(url="https://[::1"), "embeds.0.url", "URL_TYPE_INVALID_URL"),
    ("embed-url-upload", embed(url="attachment://a.png"), "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
    ("embed-image", embed(image={}), "embeds.0.image.url", REQUIRED),
    ("embed-timestamp", embed(timestamp="today"), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    ("embed-timestamp-number", embed(timestamp=7), "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
    ("embed-inline", embed(fields=[{**FIELD, "inline": 1}]), "embeds.0.fields.0.inline", "BOOLEAN_TYPE_CONVERT"),
    ("mentions", {"allowed_mentions": []}, "allowed_mentions", "MODEL_TYPE_CONVERT"),
    ("mentions-parse", {"allowed_mentions": {"parse": ["here"]}}, "allowed_mentions.parse.0", CHOICES),
    ("mentions-id", {"allowed_mentions": {"users": ["Kim"]}}, "allowed_mentions.users.0", "NUMBER_TYPE_COERCE"),
    ("mentions-id-negative", {"allowed_mentions": {"roles": [-1]}}, "allowed_mentions.roles.0", "NUMBER_TYPE_COERCE"),
    (
        "mentions-id-endless",
        {"allowed_mentions": {"users": ["9" * 5000]}},
        "allowed_mentions.users.0",
        "NUMBER_TYPE_COERCE",
    ),
    (
        "mentions-twice",
        {"allowed_mentions": {"users": [7, "7"]}},
        "allowed_mentions.users.1",
        "SET_TYPE_ALREADY_CONTAINS_VALUE",
    ),
    ("nonce", {"nonce": ["x"]}, "nonce", "NONCE_TYPE_INVALID_TYPE"),
    ("nonce-boolean", {"nonce": True}, "nonce", "NONCE_TYPE_INVALID_TYPE"),
    ("attachment-id", {"attachments": [{"filename": "a"}]}, "attachments.0.id", REQUIRED),
    ("poll-question", poll(question=None), "poll.question", REQUIRED),
    ("poll-media", poll(answers=[Json()]), "poll.answers.0.poll_media", REQUIRED),
    ("reference", {"message_reference": {}}, "message_reference.message_id", REQUIRED),
]


@pytest.mark.parametrize(
    ("body", "place", "code"), [row[1:] for row in WRONG_TYPES], ids=[row[0] for row in WRONG_TYPES]
)
def test_a_value_of_the_wrong_type_is_refused_at_its_place(body: object, place: str, code: str) -> None:
    assert places(post(body)) == [(place, code)]


@pytest.mark.parametrize(
    "body",
    [
        {"content": "Hi", "embeds": None, "components": None, "poll": None, "flags": None, "allowed_mentions": None},
        {"content": "Hi", "something_new": {"that": ["nobody", "knows"]}},
        {"content": None, **embed(url="https://example.org", timestamp="2026-01-02T03:04:05.000Z", type="rich")},
        embed(image={"url": "attachment://a.png"}, thumbnail={"url": "https://example.org/b.png"}),
        {"content": "Hi", "flags": "4"},
        {"content": "Hi", "allowed_mentions": {"parse": ["everyone"], "users": ["7"], "replied_user": False}},
        {"content": "Hi", "allowed_mentions": {"parse": ["users"], "users": []}},
        {"content": "Hi", "nonce": 123, "enforce_nonce": True, "tts": False},
        {"content": "Hi", "message_reference": {"message_id": 7, "channel_id": "8"}},
        poll(answers=[{"poll_media": {"text": "Yes", "emoji": {"name": "👍"}}}], allow_multiselect=True),
    ],
    ids=["nulls", "unknown-keys", "embed", "uploads", "digits", "mentions", "empty-list", "nonce", "reference", "poll"],
)
def test_what_libraries_send_is_taken(body: Json) -> None:
    assert post(body) is None


def test_texts_of_an_embed_are_trimmed_before_they_are_counted() -> None:
    assert post(embed(title="x" * 256 + " \n")) is None
    assert places(post(embed(author={"name": "  "}))) == [("embeds.0.author.name", REQUIRED)]


def test_a_kind_of_mention_is_parsed_or_listed_but_not_both() -> None:
    mentions = {"parse": ["users", "roles"], "users": ["7"], "roles": ["8"]}
    code = "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"
    assert places(post({"content": "Hi", "allowed_mentions": mentions})) == [("allowed_mentions", code)] * 2


def test_all_faults_come_in_one_answer() -> None:
    fault = post({"content": "x" * 2001, "tts": 1, "embeds": [{"title": "x" * 257}, {"color": -1}]})
    assert sorted(places(fault)) == [
        ("content", MAX_LENGTH),
        ("embeds.0.title", MAX_LENGTH),
        ("embeds.1.color", "NUMBER_TYPE_MIN"),
        ("embeds.1.description", REQUIRED),
        ("tts", "BOOLEAN_TYPE_CONVERT"),
    ]


def test_the_answer_has_discords_shape() -> None:
    fault = check_message({"content": "x" * 2001}, where=MessageCall.CALLBACK)
    assert fault is not None
    error = {"code": MAX_LENGTH, "message": "Must be 2000 or fewer in length."}
    tree = {"data": {"content": {"_errors": [error]}}}
    assert fault.as_json() == {"message": "Invalid Form Body", "code": 50035, "errors": tree}


@pytest.mark.parametrize(
    ("where", "place"),
    [
        (MessageCall.CREATE, "content"),
        (MessageCall.CALLBACK, "data.content"),
        (MessageCall.UPDATE, "data.content"),
        (MessageCall.FOLLOW_UP, "content"),
        (MessageCall.EDIT, "content"),
        (MessageCall.EDIT_DEFERRED, "content"),
    ],
)
def test_only_callbacks_find_their_faults_below_data(where: MessageCall, place: str) -> None:
    assert places(check_message({"content": "x" * 2001}, where=where)) == [(place, MAX_LENGTH)]


def test_a_callback_needs_data_but_an_update_does_not() -> None:
    assert places(check_message(None, where=MessageCall.CALLBACK)) == [("data", REQUIRED)]
    assert places(check_message(["x"], where=MessageCall.UPDATE)) == [("data", "MODEL_TYPE_CONVERT")]
    assert check_message(None, where=MessageCall.UPDATE) is None


# Emptiness


@pytest.mark.parametrize(
    "body",
    [{}, {"content": ""}, {"content": " \n"}, {"content": None}, {"embeds": [], "components": []}, {"flags": 4}],
    ids=["nothing", "empty", "blank", "null", "lists", "flags"],
)
@pytest.mark.parametrize(
    "where", [MessageCall.CREATE, MessageCall.CALLBACK, MessageCall.FOLLOW_UP, MessageCall.EDIT_DEFERRED]
)
def test_a_message_with_nothing_to_show_is_refused_with_50006(body: Json, where: MessageCall) -> None:
    fault = check_message(body, where=where)
    assert fault is not None
    assert (fault.status, fault.as_json()) == (400, {"message": "Cannot send an empty message", "code": 50006})


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ({"embeds": [{"title": "t"}]}, 0),
        ({"sticker_ids": ["7"]}, 0),
        ({}, 1),
        ({"message_reference": {"type": 1, "message_id": "7", "channel_id": "8"}}, 0),
        (poll(), 0),
    ],
    ids=["embed", "sticker", "file", "forward", "poll"],
)
def test_a_message_needs_no_text_if_there_is_something_else(body: Json, files: int) -> None:
    assert post(body, files) is None


def test_a_reply_is_not_a_forward_and_needs_something_to_say() -> None:
    fault = post({"message_reference": {"message_id": "7"}})
    assert fault is not None
    assert fault.code == 50006


@pytest.mark.parametrize("where", [MessageCall.EDIT, MessageCall.UPDATE])
def test_an_edit_may_leave_everything_out_but_not_take_everything_away(where: MessageCall) -> None:
    existing: Json = {"content": "Hi", "embeds": [], "components": [], "flags": 0}
    assert check_message({}, where=where, existing=existing) is None
    assert check_message({"content": None}, where=where) is None
    fault = check_message({"content": None}, where=where, existing=existing)
    assert fault is not None
    assert fault.code == 50006
    with_embed = {**existing, "embeds": [{"title": "t"}]}
    assert check_message({"content": None}, where=where, existing=with_embed) is None


# Flags


@pytest.mark.parametrize(
    ("where", "settable"),
    [
        (MessageCall.CREATE, 45060),
        (MessageCall.CALLBACK, 45124),
        (MessageCall.FOLLOW_UP, 36932),
    ],
)
@pytest.mark.parametrize("bit", range(16))
def test_each_creating_call_sets_its_own_flags_and_no_others(where: MessageCall, settable: int, bit: int) -> None:
    body: Json = {"embeds": [{"title": "t"}], "flags": 1 << bit}
    if 1 << bit == V2:
        body = {"components": [{"type": 10, "content": "Hi"}], "flags": V2}
    place = "data.flags" if where is MessageCall.CALLBACK else "flags"
    expected = [] if settable & 1 << bit else [(place, CHOICES)]
    assert places(check_message(body, where=where)) == expected


@pytest.mark.parametrize("where", [MessageCall.EDIT, MessageCall.EDIT_DEFERRED, MessageCall.UPDATE])
def test_an_edit_ignores_the_flags_that_it_cannot_set(where: MessageCall) -> None:
    body = {"content": "Hi", "flags": EPHEMERAL | SUPPRESS_EMBEDS | 1}
    assert check_message(body, where=where, existing={"content": "", "flags": 128}) is None


# Components V2 and the fields that it shuts out

TEXT = [{"type": 10, "content": "Hi"}]


@pytest.mark.parametrize(
    ("key", "value"),
    [("content", "Hi"), ("embeds", [{"title": "t"}]), ("sticker_ids", ["7"]), ("poll", poll()["poll"])],
)
def test_a_v2_message_takes_no_legacy_field(key: str, value: object) -> None:
    assert places(post({"flags": V2, "components": TEXT, key: value})) == [(key, NO_LEGACY)]


def test_nulls_and_empty_lists_are_no_legacy_fields() -> None:
    body = {"flags": V2, "components": TEXT, "content": None, "embeds": [], "poll": None, "sticker_ids": []}
    assert post(body) is None


def test_a_v2_message_stays_closed_to_content_without_the_flag() -> None:
    existing: Json = {"flags": V2, "content": "", "components": TEXT}
    fault = check_message({"content": "Hi"}, where=MessageCall.EDIT, existing=existing)
    assert places(fault) == [("content", NO_LEGACY)]


def test_turning_v2_on_in_an_edit_needs_the_old_content_nulled() -> None:
    existing: Json = {"content": "Hi", "embeds": [{"title": "t"}], "flags": 0}
    body: Json = {"flags": V2, "components": TEXT}
    refused = check_message(body, where=MessageCall.EDIT, existing=existing)
    assert places(refused) == [("content", NO_LEGACY), ("embeds", NO_LEGACY)]
    cleared: Json = {**body, "content": None, "embeds": []}
    assert check_message(cleared, where=MessageCall.EDIT, existing=existing) is None


def test_v2_components_need_the_flag_in_the_same_request() -> None:
    existing: Json = {"flags": V2, "components": TEXT}
    fault = check_message({"components": TEXT}, where=MessageCall.EDIT, existing=existing)
    assert places(fault) == [("components.0", "UNION_TYPE_CHOICES")]


# Attachments and polls


@pytest.mark.parametrize(
    ("body", "files", "existing", "accepted"),
    [
        ({}, 10, None, True),
        ({}, 11, None, False),
        ({}, 1, {"attachments": [{"id": number} for number in ids(9)]}, True),
        ({}, 1, {"attachments": [{"id": number} for number in ids(10)]}, False),
        ({"attachments": [{"id": "1"}, {"id": 0}]}, 1, {"attachments": [{"id": number} for number in ids(10)]}, True),
    ],
    ids=["ten", "eleven", "nine-and-one", "ten-and-one", "dropped"],
)
def test_a_message_has_at_most_ten_attachments(
    body: Json, files: int, existing: Mapping[str, object] | None, accepted: bool
) -> None:
    where = MessageCall.CREATE if existing is None else MessageCall.EDIT
    fault = check_message({"content": "Hi", **body}, where=where, files=files, existing=existing)
    assert (fault is None) == accepted
    if fault:
        assert (fault.status, fault.code, fault.errors) == (400, 30015, None)


def test_an_attachment_that_is_neither_kept_nor_uploaded_is_refused() -> None:
    body = {"attachments": [{"id": "5"}, {"id": "0"}]}
    existing: Json = {"content": "Hi", "attachments": [{"id": "5"}]}
    assert check_message(body, where=MessageCall.EDIT, files=1, existing=existing) is None
    fault = check_message(body, where=MessageCall.EDIT, existing=existing)
    assert places(fault) == [("attachments.1", "ATTACHMENT_NOT_FOUND")]


def test_a_poll_comes_with_the_edit_that_resolves_a_deferral_and_with_no_other() -> None:
    assert check_message(poll(), where=MessageCall.EDIT_DEFERRED, existing={"content": "", "flags": 128}) is None
    for body, existing in ((poll(), {"content": "Hi"}), ({"content": "Hi"}, poll())):
        fault = check_message(body, where=MessageCall.EDIT, existing=existing)
        assert fault is not None
        assert (fault.status, fault.code) == (400, 520003)


# Autocomplete and callback types


def choices(count: int = 1, **fields: object) -> Json:
    return {"choices": [{"name": "A", "value": "a", **fields}] * count}


CHOICE_BOUNDS: list[tuple[str, Build, int, str, str]] = [
    ("count", lambda n: choices(n), 25, "data.choices", MAX_LENGTH),
    ("name", lambda n: choices(name="x" * n), 100, "data.choices.0.name", BAD_LENGTH),
    ("text", lambda n: choices(value="x" * n), 100, "data.choices.0.value", MAX_LENGTH),
    ("integer", lambda n: choices(value=n), 2**53 - 1, "data.choices.0.value", "NUMBER_TYPE_MAX"),
]


@pytest.mark.parametrize(
    ("build", "most", "place", "code"), [row[1:] for row in CHOICE_BOUNDS], ids=[row[0] for row in CHOICE_BOUNDS]
)
def test_autocomplete_passes_at_the_limit_and_is_refused_one_above(
    build: Build, most: int, place: str, code: str
) -> None:
    assert check_choices(build(most)) is None
    assert places(check_choices(build(most + 1))) == [(place, code)]


@pytest.mark.parametrize(
    ("data", "place", "code"),
    [
        (None, "data", REQUIRED),
        ({}, "data.choices", REQUIRED),
        ({"choices": {}}, "data.choices", "LIST_TYPE_CONVERT"),
        (choices(name=""), "data.choices.0.name", BAD_LENGTH),
        (choices(value=None), "data.choices.0.value", REQUIRED),
        (choices(value=True), "data.choices.0.value", "UNION_TYPE_CHOICES"),
        (choices(value=["a"]), "data.choices.0.value", CHOICES),
        (choices(value=float("nan")), "data.choices.0.value", "NUMBER_TYPE_MIN"),
        (choices(value=10**400), "data.choices.0.value", "NUMBER_TYPE_MAX"),
    ],
    ids=["no-data", "no-choices", "no-list", "no-name", "no-value", "boolean", "list", "nan", "huge"],
)
def test_autocomplete_refuses_what_is_no_choice(data: object, place: str, code: str) -> None:
    assert places(check_choices(data)) == [(place, code)]


@pytest.mark.parametrize(
    ("value", "option_type", "accepted"),
    [
        ("a", OptionType.STRING, True),
        (1, OptionType.STRING, False),
        (1, OptionType.INTEGER, True),
        (1.5, OptionType.INTEGER, False),
        ("1", OptionType.INTEGER, False),
        (1, OptionType.NUMBER, True),
        (1.5, OptionType.NUMBER, True),
        ("1.5", OptionType.NUMBER, False),
    ],
)
def test_a_choice_has_the_type_of_its_option(value: object, option_type: OptionType, accepted: bool) -> None:
    assert (check_choices(choices(value=value), option_type) is None) == accepted


def test_autocomplete_may_suggest_nothing() -> None:
    assert check_choices({"choices": []}) is None


@pytest.mark.parametrize(
    ("value", "code"), [(4, None), (9, CHOICES), ("4", None), (None, REQUIRED), (True, CHOICES), ([4], CHOICES)]
)
def test_a_callback_type_that_the_interaction_does_not_take_is_refused_at_type(value: object, code: str | None) -> None:
    assert places(check_callback_type(value, {4, 5})) == ([] if code is None else [("type", code)])


# Anything at all

KEYS = st.sampled_from(
    [
        "content", "embeds", "components", "component", "type", "custom_id", "style", "options", "label", "value",
        "url", "flags", "poll", "answers", "attachments", "id", "allowed_mentions", "parse", "users", "items",
        "accessory", "media", "choices", "title", "fields", "min_values", "max_values", "default_values", "emoji",
        "name", "nonce",
    ]
)  # fmt: skip
NUMBERS = st.integers(0, 23) | st.sampled_from([-1, V2, 10**30]) | st.floats()
VALUES = st.none() | st.booleans() | NUMBERS | st.sampled_from(["", "a", "7", "https://[", "\ud800"])
TREES = st.recursive(VALUES, lambda below: st.lists(below, max_size=3) | st.dictionaries(KEYS, below), max_leaves=40)


@settings(max_examples=300, deadline=None)
@given(body=TREES, existing=st.none() | st.dictionaries(KEYS, TREES), where=st.sampled_from(MessageCall))
def test_whatever_is_sent_gets_an_answer(body: object, existing: Json | None, where: MessageCall) -> None:
    faults = [check_message(body, where=where, existing=existing), check_modal(body), check_choices(body)]
    assert {fault.status for fault in faults if fault} <= {400, 500}
