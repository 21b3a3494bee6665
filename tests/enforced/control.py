"""Steps that decide what runs, how often and how long, and what stands beside a step."""

from tests.enforced.case import Case, case, does, ran, step, waited
from tests.enforced.keys import Json

HI, HO = "{reply: Hi}", "{reply: Ho}"
ITEM = "{log: '{{ item }}'}"
TURN = "{log: '{{ loop.index }}'}"
ROBIN = "user.name == 'robin'"


def beside(key: str, steps: str, instead: Json = None) -> Case:
    """Return a case of a key that stands beside a step."""
    return case("step", key, does(steps), instead={} if instead is None else {key.rstrip("!"): instead})


def retried(how: str) -> str:
    """Return a step that fails, however often it is tried: nobody speaks."""
    return f"{{disconnect_member: {{}}, retry: {{{how}}}, catch: [{HO}]}}"


CASES = [
    case(
        "step",
        "id",
        does(
            "{id: a, let: {x: 1}}, {id: b, run: IT}, {reply: '{{ steps | length }}'}",
            "flows: {IT: {steps: [{return: 1}]}}",
        ),
    ),
    beside("when", f"{{when: \"user.name == 'kim'\", log: Hi}}, {HO}"),
    beside("timeout", f"{{hang: 5s, timeout: 1s}}, {HO}"),
    beside("retry", retried("attempts: 2")),
    case(
        "step.retry",
        "attempts! delay backoff",
        does(retried("attempts: 3, delay: 10s, backoff: 4"), of="timeout: 2m"),
        timed=True,
    ),
    beside("catch", f"{{disconnect_member: {{}}, catch: [{HI}]}}, {HO}"),
    step("for_each", "", f"{{for_each: '[1, 2]', do: [{ITEM}]}}, {HO}"),
    beside("do", f"{{for_each: '[1, 2]', do: [{ITEM}]}}, {HO}", [{"log": "x"}]),
    beside(
        "as",
        "{for_each: '[1]', as: other, do: [{for_each: '[2]', as: more, do: [{log: '{{ other }}'}]}]}, {reply: ok}",
        "other",
    ),
    beside("at_most", f"{{for_each: '[1, 2]', at_most: 1, do: [{TURN}]}}, {HI}"),
    step("if", "", f'{{if: "{ROBIN}", then: [{HI}]}}, {HO}'),
    beside("then", f'{{if: "{ROBIN}", then: [{HI}]}}', [{"reply": "Ho"}]),
    beside("else", f'{{if: "not {ROBIN}", then: [{HI}], else: [{HO}]}}'),
    step("switch", "", f"{{switch: user.name, cases: {{robin: [{HI}]}}}}, {HO}"),
    beside("cases", f"{{switch: user.name, cases: {{robin: [{HI}], kim: [{HO}]}}}}", {"robin": [{"reply": "Ho"}]}),
    beside("default", f"{{switch: user.name, cases: {{kim: [{HI}]}}, default: [{HO}]}}"),
    step("repeat", "times", f"{{repeat: {{times: 2}}, do: [{TURN}]}}, {HO}", instead={"times": 3}),
    step(
        "repeat",
        "while",
        f"{{let: {{n: 0}}}}, {{repeat: {{times: 3, while: vars.n < 2}}, do: [{{let: {{n: '{{{{ vars.n + 1 "
        f"}}}}'}}}}, {TURN}]}}, {HO}",
    ),
    step("repeat", "until", f"{{repeat: {{times: 3, until: loop.index == 2}}, do: [{TURN}]}}, {HO}"),
    step(
        "repeat", "at_most", f"{{repeat: {{until: 'false', at_most: 2}}, do: [{TURN}]}}, {HO}", instead={"at_most": 3}
    ),
    step("parallel", "", f"{{parallel: {{one: [{{log: One}}], two: [{{log: Two}}]}}}}, {HO}"),
    beside("join", f"{{parallel: {{one: [{{log: One}}], two: [{{wait: 2s}}, {{log: Two}}]}}, join: any}}, {HO}"),
    step("try", "", f"{{try: [{{log: A}}], catch: [{HI}]}}, {HO}"),
    beside("finally", f"{{try: [{{fail: A}}], catch: [{{log: B}}], finally: [{{log: C}}]}}, {HO}"),
    case("step", "stop", does(f'{{if: "{ROBIN}", then: [{{stop: null}}]}}, {HO}')),
    step("fail", "message", "{fail: {message: 'No'}}"),
    step(
        "require",
        "check",
        f"{{require: {{check: robin}}}}, {HI}",
        ran(user="Kim"),
        more="checks: {robin: {if: \"user.name == 'robin'\"}, kim: {if: \"user.name == 'kim'\"}}",
        instead={"check": "kim"},
    ),
    step(
        "require",
        "if denied",
        f"{{require: {{if: \"user.name == 'robin'\", denied: 'No.'}}}}, {HI}",
        ran(user="Kim"),
        instead={"if": "user.name == 'kim'"},
    ),
    step("wait", "duration", f"{{wait: {{duration: 5s}}}}, {HO}", instead={"duration": "15s"}, timed=True),
    step(
        "wait",
        "until timezone",
        f"{{wait: {{until: '2027-01-15 09:00:20', timezone: Europe/Berlin}}}}, {HO}",
        instead={"until": "2027-01-15 09:00:40"},
        alone=True,
        timed=True,
    ),
    step("wait", "saved", f"{{wait: {{duration: 10s, saved: true}}}}, {HO}", ran(), waited(15)),
    step("log", "message level", "{log: {message: Hi, level: warning}}, {reply: ok}"),
    step("let", "", "{let: {a: Hi}}, {reply: '{{ vars.a }}'}", other={"a": "Ho"}),
    step(
        "pick",
        "from count",
        "{id: p, pick: {from: [a, a, a], count: 2}}, {reply: '{{ steps.p.first }} {{ steps.p.count }}'}",
        instead={"from": ["b", "b"]},
        other={"from": ["b"]},
    ),
]
