"""Faults for people and for machines, to the character."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from runner.diagnostics import Diagnostic, Edit, Mark, Severity, Span, in_order
from runner.diagnostics.reports import (
    STEP_SUMMARY_ROWS,
    render_github,
    render_json,
    render_sarif,
    render_step_summary,
)
from runner.diagnostics.text import FAULTS_SHOWN, render_text

BOT = """\
commands:
  feedback:
    response: defer
    steps:
      - reply: Hi
      - modal: feedback
"""

FAULT = Diagnostic(
    slug="modal-after-response",
    span=Span("bot.yaml", 6, 9, 6, 14),
    headline="`modal` can't open here: this command has already answered",
    why="Discord opens a modal only as the first response",
    fix="write `response: modal` on line 3",
    marks=(Mark(Span("bot.yaml", 3, 15, 3, 20), "the first response is spent here"),),
)


def fault(line: int, start: int, end: int, *, end_line: int = 0, severity: Severity = Severity.ERROR) -> Diagnostic:
    span = Span("bot.yaml", line, start, end_line or line, end)
    return Diagnostic(slug="a-rule", span=span, headline="h", severity=severity)


def excerpt(text: str, *faults: Diagnostic) -> list[str]:
    """Return what is drawn between the header of the only fault and the count."""
    lines = render_text(faults, {"bot.yaml": text}, color=False).splitlines()
    return lines[1:-2]


def test_a_fault_is_shown_with_its_place_its_reason_and_its_repair() -> None:
    assert render_text([FAULT], {"bot.yaml": BOT}, color=False) == (
        "bot.yaml:6:9: error[modal-after-response]: `modal` can't open here: this command has already answered\n"
        "3 |     response: defer\n"
        "  |               ----- the first response is spent here\n"
        "6 |       - modal: feedback\n"
        "  |         ^^^^^\n"
        "why: Discord opens a modal only as the first response\n"
        "fix: write `response: modal` on line 3\n"
        "\n"
        "1 error\n"
    )


def test_colour_marks_the_verdict_the_carets_and_the_labels() -> None:
    assert render_text([FAULT], {"bot.yaml": BOT}, color=True) == (
        "\x1b[1mbot.yaml:6:9:\x1b[0m \x1b[1;31merror[modal-after-response]:\x1b[0m "
        "`modal` can't open here: this command has already answered\n"
        "3 |     response: defer\n"
        "  |               \x1b[1;34m----- the first response is spent here\x1b[0m\n"
        "6 |       - modal: feedback\n"
        "  |         \x1b[1;31m^^^^^\x1b[0m\n"
        "\x1b[1mwhy:\x1b[0m Discord opens a modal only as the first response\n"
        "\x1b[1mfix:\x1b[0m write `response: modal` on line 3\n"
        "\n"
        "1 error\n"
    )


def test_no_faults_are_no_text() -> None:
    assert render_text([], {}, color=True) == ""


@pytest.mark.parametrize(
    ("errors", "warnings", "count"),
    [(1, 0, "1 error"), (2, 0, "2 errors"), (0, 1, "1 warning"), (3, 2, "3 errors, 2 warnings")],
)
def test_the_last_line_counts(errors: int, warnings: int, count: str) -> None:
    faults = [fault(1, 1, 2)] * errors + [fault(1, 1, 2, severity=Severity.WARNING)] * warnings
    assert render_text(faults, {}, color=False).splitlines()[-1] == count


def test_people_are_shown_no_more_than_they_read() -> None:
    shown = render_text([fault(line, 1, 2) for line in range(1, FAULTS_SHOWN + 3)], {}, color=False)
    assert shown.count("[a-rule]") == FAULTS_SHOWN
    assert shown.endswith(f"\n2 more are not shown\n\n{FAULTS_SHOWN + 2} errors\n")
    assert "not shown" not in render_text([fault(1, 1, 2)] * FAULTS_SHOWN, {}, color=False)


def test_a_warning_says_that_it_is_one() -> None:
    warning = fault(1, 1, 2, severity=Severity.WARNING)
    assert render_text([warning], {}, color=False).startswith("bot.yaml:1:1: warning[a-rule]: h\n")
    assert "\x1b[1;33mwarning[a-rule]:\x1b[0m" in render_text([warning], {}, color=True)


def test_faults_are_parted_by_an_empty_line() -> None:
    text = render_text([fault(1, 1, 2), fault(2, 1, 2)], {"bot.yaml": "a\nb\n"}, color=False)
    assert text == (
        "bot.yaml:1:1: error[a-rule]: h\n1 | a\n  | ^\n\nbot.yaml:2:1: error[a-rule]: h\n2 | b\n  | ^\n\n2 errors\n"
    )


@pytest.mark.parametrize(
    ("line", "start", "end", "shown"),
    [
        ("a: 日本語 x", 4, 6, ["1 | a: 日本語 x", "  |    ^^^^"]),
        ("a: 日本語 x", 8, 9, ["1 | a: 日本語 x", "  |           ^"]),
        ("a: 👍 x", 6, 7, ["1 | a: 👍 x", "  |       ^"]),
        ("a: e\u0301 x", 7, 8, ["1 | a: e\u0301 x", "  |      ^"]),
        ("\ta:\tx", 5, 6, ["1 |     a:    x", "  |           ^"]),
        ("a:", 3, 3, ["1 | a:", "  |   ^"]),
        ("a: x", 4, 99, ["1 | a: x", "  |    ^"]),
    ],
    ids=["under wide", "after wide", "after emoji", "after a combining mark", "after tabs", "no width", "past the end"],
)
def test_carets_stand_under_what_they_mean(line: str, start: int, end: int, shown: list[str]) -> None:
    assert excerpt(line, fault(1, start, end)) == shown


def test_line_numbers_share_a_margin() -> None:
    text = "\n".join(f"k{line}: v" for line in range(1, 12))
    marked = Diagnostic(
        slug="a-rule",
        span=Span("bot.yaml", 10, 1, 10, 4),
        headline="h",
        marks=(Mark(Span("bot.yaml", 9, 1, 9, 3), "here"),),
    )
    assert excerpt(text, marked) == [" 9 | k9: v", "   | -- here", "10 | k10: v", "   | ^^^"]


def test_two_places_on_one_line_are_drawn_below_it() -> None:
    marked = Diagnostic(
        slug="a-rule",
        span=Span("bot.yaml", 1, 11, 1, 12),
        headline="h",
        marks=(Mark(Span("bot.yaml", 1, 5, 1, 6), "the first one"),),
    )
    assert excerpt("a: {b: 1, b: 2}", marked) == [
        "1 | a: {b: 1, b: 2}",
        "  |     - the first one",
        "  |           ^",
    ]


def test_a_mark_in_another_file_names_the_file() -> None:
    marked = Diagnostic(
        slug="a-rule",
        span=Span("bot.yaml", 2, 1, 2, 2),
        headline="h",
        marks=(Mark(Span("a/other.yaml", 1, 1, 1, 2), "the first one"),),
    )
    text = render_text([marked], {"bot.yaml": "b: 1\na: 1\n", "a/other.yaml": "a: 2\n"}, color=False)
    assert text.splitlines()[1:-2] == [
        "2 | a: 1",
        "  | ^",
        " --> a/other.yaml",
        "1 | a: 2",
        "  | - the first one",
    ]


def test_a_place_of_several_lines_shows_the_first_ones() -> None:
    text = "a:\n  b: 1\n\n  c: 2\n  d: 3\n  e: 4\n"
    assert excerpt(text, fault(1, 1, 7, end_line=6)) == [
        "1 | a:",
        "  | ^^",
        "2 |   b: 1",
        "  |   ^^^^",
        "3 |",
        "  | ^",
        "4 |   c: 2",
        "  |   ^^^^",
    ]


def test_a_fault_in_a_file_that_is_not_at_hand_has_no_excerpt() -> None:
    assert render_text([fault(1, 1, 2)], {}, color=False) == "bot.yaml:1:1: error[a-rule]: h\n\n1 error\n"


def test_a_place_beyond_the_file_has_no_excerpt() -> None:
    assert excerpt("a: 1", fault(7, 1, 2)) == []


def test_a_long_line_is_cut_around_the_place() -> None:
    shown, carets = excerpt("a: " + "x" * 1000 + "HERE" + "y" * 1000, fault(1, 1004, 1008))
    assert shown.startswith("1 | …xxx")
    assert shown.endswith("yyy…")
    assert len(shown) < 200
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "HERE"


def test_the_lines_of_a_repair_keep_their_shape() -> None:
    repaired = Diagnostic(slug="a-rule", span=Span("b", 1, 1, 1, 1), headline="h", fix="write\na:\n  b: 1")
    assert "\nfix: write\n     a:\n       b: 1\n" in render_text([repaired], {}, color=False)


def test_a_token_in_the_file_is_not_shown() -> None:
    token = "x" * 24 + "." + "y" * 6 + "." + "z" * 30
    leaky = Diagnostic(
        slug="a-rule", span=Span("bot.yaml", 1, 1, 1, 6), headline=f"not {token}", why=token, fix=f"remove {token}"
    )
    text = render_text([leaky], {"bot.yaml": f"token: {token} # x"}, color=False)
    assert "xxxx" not in text
    assert "1 | token: " + "*" * len(token) + " # x" in text


@pytest.mark.parametrize("char", ["\x1b", "\x07", "\u202e", "\x9b"], ids=["escape", "bell", "bidi override", "CSI"])
def test_a_file_cannot_steer_the_terminal(char: str) -> None:
    hostile = Diagnostic(
        slug="a-rule", span=Span(f"b{char}.yaml", 1, 5, 1, 6), headline=f"h{char}", why=f"w{char}", fix=f"f{char}"
    )
    text = render_text([hostile], {hostile.span.file: f"a: {char}x"}, color=False)
    assert char not in text
    assert "  |     ^\n" in text


@pytest.mark.parametrize("line_break", ["\n", "\r\n", "\r"], ids=["Unix", "Windows", "old Mac"])
def test_lines_are_those_that_editors_count(line_break: str) -> None:
    assert excerpt(f"\ufeffa: \u2028x{line_break}b: 1", fault(2, 4, 5)) == ["2 | b: 1", "  |    ^"]


def test_in_order_sorts_by_place_and_drops_repetitions() -> None:
    other_file = Diagnostic(slug="a-rule", span=Span("a.yaml", 9, 1, 9, 2), headline="h")
    faults = [fault(2, 1, 2), fault(1, 5, 6), other_file, fault(1, 5, 6), fault(1, 3, 4)]
    assert in_order(faults) == [other_file, fault(1, 3, 4), fault(1, 5, 6), fault(2, 1, 2)]


def test_faults_that_differ_only_in_words_are_both_kept() -> None:
    first, second = (Diagnostic(slug="a-rule", span=Span("a", 1, 1, 1, 1), headline=text) for text in "ab")
    assert in_order([second, first, second]) == [second, first]


def test_json_has_every_field() -> None:
    assert json.loads(render_json([FAULT])) == {
        "schema_version": 1,
        "files": [],
        "diagnostics": [
            {
                "slug": "modal-after-response",
                "severity": "error",
                "file": "bot.yaml",
                "line": 6,
                "column": 9,
                "end_line": 6,
                "end_column": 14,
                "headline": "`modal` can't open here: this command has already answered",
                "why": "Discord opens a modal only as the first response",
                "fix": "write `response: modal` on line 3",
                "marks": [
                    {
                        "file": "bot.yaml",
                        "line": 3,
                        "column": 15,
                        "end_line": 3,
                        "end_column": 20,
                        "label": "the first response is spent here",
                    }
                ],
                "edits": [],
            }
        ],
    }


def test_json_without_faults_is_an_empty_list() -> None:
    assert json.loads(render_json([])) == {"schema_version": 1, "files": [], "diagnostics": []}


def test_github_gets_one_command_a_fault() -> None:
    assert render_github([FAULT, fault(1, 2, 3, severity=Severity.WARNING)]).splitlines() == [
        "::error file=bot.yaml,line=6,endLine=6,col=9,endColumn=14,title=modal-after-response::"
        "`modal` can't open here: this command has already answered"
        "%0Awhy: Discord opens a modal only as the first response"
        "%0Afix: write `response: modal` on line 3",
        "::warning file=bot.yaml,line=1,endLine=1,col=2,endColumn=3,title=a-rule::h",
    ]


def test_github_commands_are_escaped() -> None:
    odd = Diagnostic(slug="a-rule", span=Span("a:b,c%.yaml", 1, 1, 1, 2), headline="100%: a,\r\n::error::b")
    assert render_github([odd]) == (
        "::error file=a%3Ab%2Cc%25.yaml,line=1,endLine=1,col=1,endColumn=2,title=a-rule::100%25: a,%0D%0A::error::b"
    )


def test_github_gets_no_columns_for_several_lines() -> None:
    assert render_github([fault(1, 2, 3, end_line=4)]) == "::error file=bot.yaml,line=1,endLine=4,title=a-rule::h"


def sarif_run(*faults: Diagnostic) -> dict[str, Any]:
    # Any: what JSON holds is compared, not computed with.
    log: dict[str, Any] = json.loads(render_sarif(faults, "1.2.3"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    return dict(run)


def test_sarif_has_the_rule_the_place_and_the_other_places() -> None:
    run = sarif_run(FAULT, fault(1, 2, 3, severity=Severity.WARNING))
    assert run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert driver == {
        "name": "lifecycle-runner",
        "version": "1.2.3",
        "rules": [{"id": "a-rule"}, {"id": "modal-after-response"}],
    }
    first, second = run["results"]
    assert (first["ruleId"], first["ruleIndex"], first["level"]) == ("modal-after-response", 1, "error")
    assert first["message"]["text"].startswith("`modal` can't open here")
    assert first["locations"] == [
        {
            "physicalLocation": {
                "artifactLocation": {"uri": "bot.yaml"},
                "region": {"startLine": 6, "startColumn": 9, "endLine": 6, "endColumn": 14},
            }
        }
    ]
    assert first["relatedLocations"][0]["message"] == {"text": "the first response is spent here"}
    assert (second["ruleId"], second["ruleIndex"], second["level"]) == ("a-rule", 0, "warning")


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("commands/a b.yaml", "commands/a%20b.yaml"),
        ("ü.yaml", "%C3%BC.yaml"),
        ("/srv/bot.yaml", "file:///srv/bot.yaml"),
    ],
)
def test_sarif_names_files_as_uris(file: str, uri: str) -> None:
    run = sarif_run(Diagnostic(slug="a-rule", span=Span(file, 1, 1, 1, 2), headline="h"))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri}


def prints(*faults: Diagnostic) -> list[str]:
    """Return the fingerprints of faults that are reported together."""
    return [result["partialFingerprints"]["fault/v1"] for result in sarif_run(*faults)["results"]]


def test_a_fault_that_moved_to_another_line_keeps_its_sarif_fingerprint() -> None:
    assert prints(fault(1, 1, 2), FAULT) == prints(fault(9, 1, 2), FAULT)
    assert len(set(prints(fault(1, 1, 2), FAULT))) == 2


def test_faults_in_the_same_words_have_fingerprints_of_their_own() -> None:
    assert len(set(prints(fault(1, 1, 2), fault(9, 1, 2), fault(12, 1, 2)))) == 3


def test_a_hint_is_a_notice_and_a_note() -> None:
    hint = fault(1, 1, 2, severity=Severity.HINT)
    assert render_text([hint], {}, color=False).splitlines()[0] == "bot.yaml:1:1: hint[a-rule]: h"
    assert render_github([hint]).startswith("::notice file=bot.yaml")
    assert sarif_run(hint)["results"][0]["level"] == "note"


def test_an_edit_is_part_of_what_machines_read() -> None:
    edit = Edit(Span("bot.yaml", 2, 3, 2, 6), "x: 1")
    edited = Diagnostic(slug="a-rule", span=edit.span, headline="h", fix="write it", edits=(edit,))
    place = {"line": 2, "column": 3, "end_line": 2, "end_column": 6}
    said = json.loads(render_json([edited]))["diagnostics"][0]["edits"]
    assert said == [{"file": "bot.yaml", **place, "text": "x: 1"}]
    (fix,) = sarif_run(edited)["results"][0]["fixes"]
    assert fix["description"] == {"text": "write it"}
    assert fix["artifactChanges"][0]["replacements"][0]["insertedContent"] == {"text": "x: 1"}


def test_a_rule_has_its_page_in_sarif() -> None:
    page = "What it is.\n\nWhy it is so."
    log = json.loads(render_sarif([FAULT], "1", {FAULT.slug: page}))
    (rule,) = log["runs"][0]["tool"]["driver"]["rules"]
    assert rule["shortDescription"] == {"text": "What it is."}
    assert rule["help"]["markdown"] == page


def test_a_step_summary_is_a_table_of_all_faults() -> None:
    nasty = Diagnostic(slug="a-rule", span=Span("bot.yaml", 1, 1, 1, 2), headline="a | <b>", fix="one\ntwo")
    rows = render_step_summary([FAULT, nasty]).splitlines()
    assert rows[4].startswith("| error | `bot.yaml:6:9` | `modal` can't open here")
    assert rows[5] == "| error | `bot.yaml:1:1` | a \\| &lt;b> [a-rule] | one<br>two |"
    assert "No faults." in render_step_summary([])


def test_a_step_summary_is_bounded() -> None:
    shown = render_step_summary([fault(line, 1, 2) for line in range(1, STEP_SUMMARY_ROWS + 3)])
    assert shown.endswith("\nand 2 more.\n")
    assert shown.count("[a-rule]") == STEP_SUMMARY_ROWS


@pytest.mark.parametrize("render", [render_json, render_github, render_step_summary])
def test_no_report_shows_a_secret(render: Callable[[Sequence[Diagnostic]], str]) -> None:
    token = "x" * 24 + "." + "y" * 6 + "." + "z" * 30
    leaky = Diagnostic(slug="a-rule", span=FAULT.span, headline=f"not {token}", why=token, fix=token)
    assert token not in render([leaky])


def test_the_address_of_a_webhook_is_shown_without_its_token() -> None:
    text = render_text(
        [fault(1, 1, 2)], {"bot.yaml": f"https://discord.com/api/webhooks/123456789012345678/{'x' * 68}"}, color=False
    )
    assert "x" * 68 not in text
    assert "/webhooks/*****" in text


def test_a_line_that_is_cut_is_marked_in_ascii_too() -> None:
    text = render_text([fault(1, 200, 201)], {"bot.yaml": "é" * 300}, color=False, ascii_only=True)
    line, caret = text.splitlines()[1:3]
    assert line.startswith(r"1 | ...\xe9")
    assert line[caret.index("^") :].startswith(r"\xe9")
