"""Flows: what they take, what they give, how long they wait, and the steps that run them."""

from tests.enforced.case import case, ran, step, told, waited

ANYTHING = "state: {IT: {scope: global, type: data, default: five}}\n"
"""What it is shows only when it runs."""

SAY = (
    "flows: {IT: {params: {what: {PARAM}}, steps: [{reply: '{{ params.what | default(0) }}'}]}}\n"
    "commands: {IT: {description: d, steps: [{run: {flow: IT, with: WITH}}]}}"
)
RUN = "flows: {IT: {KEY}}\ncommands: {IT: {description: d, steps: [{id: r, run: IT}, {reply: BEHIND}]}}"
GIVEN = SAY.replace("WITH", "{what: '{{ state.IT }}'}")
LATE = (
    "commands: {IT: {description: d, steps: [{schedule: {SCHEDULE}}, {reply: ok}]}}\n"
    "flows: {IT: {params: {n: {type: integer, default: 1}}, steps: [{send: {channel: '#general', content: "
    "'n {{ params.n }}'}}]}, IT_log: {steps: [{log: Now}]}, "
    "IT_c: {params: {n: {type: integer, default: 3}}, steps: [{log: c}]}}"
)
CASES = [
    case("flows.*", "steps", RUN.replace("KEY", "steps: [{log: Hi}]"), instead={"steps": [{"log": "Ho"}]}),
    case(
        "flows.*",
        "params",
        SAY.replace("PARAM", "type: string, default: Hi").replace("WITH", "{}"),
        instead={"params": {"what": {"type": "string", "default": "Ho"}}},
    ),
    case("flows.*.params.*", "type", ANYTHING + GIVEN.replace("PARAM", "type: integer"), instead={"type": "string"}),
    told("flows.*.params.*", "required", SAY.replace("PARAM", "type: string, required: false").replace("WITH", "{}")),
    case("flows.*.params.*", "default!", SAY.replace("PARAM", "type: string, default: Hi").replace("WITH", "{}")),
    case(
        "flows.*",
        "result",
        ANYTHING
        + RUN.replace("KEY", "result: integer, steps: [{return: '{{ state.IT }}'}]").replace(
            "BEHIND", "'{{ steps.r.result }}'"
        ),
    ),
    case("flows.*", "on_error", RUN.replace("KEY", "steps: [{disconnect_member: {}}], on_error: [{log: Sorry}]")),
    case(
        "flows.*",
        "on_timeout",
        "flows: {IT: {steps: [{hang: 5s}], on_timeout: [{log: Late}]}}\n"
        "commands: {IT: {description: d, timeout: 1s, steps: [{run: IT}]}}",
    ),
    case(
        "flows.*",
        "expires on_expired",
        "flows: {IT: {expires: 10m, on_expired: [{log: Over}], steps: [{form: {title: T, fields: {f: F}}}]}}\n"
        "commands: {IT: {description: d, steps: [{run: IT}]}}",
        ran(),
        waited(700),
    ),
    step(
        "run",
        "flow with",
        "{run: {flow: IT, with: {n: 2}}}, {reply: ok}",
        more=LATE.partition("\n")[2],
        instead={"flow": "IT_c"},
    ),
    case(
        "step",
        "return",
        RUN.replace("KEY", "steps: [{return: one}]").replace("BEHIND", "'{{ steps.r.result }}'"),
        instead={"return": "two"},
    ),
    step(
        "schedule",
        "flow with after",
        "{schedule: {flow: IT, with: {n: 2}, after: 10s}}, {reply: ok}",
        ran(),
        waited(30),
        more=LATE.partition("\n")[2],
        instead={"flow": "IT_c", "after": "20s"},
        timed=True,
    ),
    step(
        "schedule",
        "at timezone",
        "{schedule: {flow: IT, at: '2027-01-15 09:00:20', timezone: Europe/Berlin}}, {reply: ok}",
        ran(),
        waited(60),
        more=LATE.partition("\n")[2],
        instead={"at": "2027-01-15 09:00:40"},
        alone=True,
        timed=True,
    ),
    step(
        "schedule",
        "cron",
        "{schedule: {flow: IT_log, cron: '* * * * *', key: a}}, {reply: ok}",
        ran(),
        waited(330),
        more=LATE.partition("\n")[2],
        instead={"cron": "*/5 * * * *"},
        alone=True,
    ),
    step(
        "schedule",
        "key",
        "{schedule: {flow: IT, after: 10s, key: a}}, {schedule: {flow: IT, after: 15s, key: a}}, {reply: ok}",
        ran(),
        waited(30),
        more=LATE.partition("\n")[2],
        alone=True,
    ),
    step(
        "cancel_schedule",
        "key",
        "{schedule: {flow: IT, after: 10s, key: IT}}, {cancel_schedule: {key: IT}}, {reply: ok}",
        ran(),
        waited(30),
        more=LATE.partition("\n")[2],
    ),
]
