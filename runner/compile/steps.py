"""Steps as the author wrote them to steps that are ready to run."""

from runner.actions.action import Action, WrittenStep
from runner.check.contexts import templates_in
from runner.check.reachability import Plan
from runner.check.reads import ROOT
from runner.check.steps import modal_of
from runner.compile.program import CompiledStep
from runner.compile.renderers import entry_renderer, renderer
from runner.fields import Steps, fields_of


def compile_steps(steps: Steps, plan: Plan) -> Steps:
    """Return the steps ready to run, those inside other steps included."""
    return Steps(tuple(_step(step, plan) for step in steps.items))


def _step(step: WrittenStep, plan: Plan) -> CompiledStep:
    action = _with_compiled_steps(step.action, plan)
    catch = compile_steps(step.catch, plan) if step.catch else None
    inside = [inner for run in (*action.branches(), catch or Steps()) for inner in run.items]
    return CompiledStep(
        name=step.name,
        action=action,
        render=entry_renderer(action),
        id=step.id,
        when=renderer(step.when),
        timeout_s=step.timeout_s,
        catch=catch,
        is_slow=step.action.takes_s() > 0,
        defers_privately=plan.defer_before.get(step.key),
        may_open=modal_of(step) is not None or any(inner.may_open for inner in inside),
        place=f"{step.key.file}:{step.key.line}",
        reads_state=_reads_state(step),
    )


def _with_compiled_steps(action: Action, plan: Plan) -> Action:
    values = {item.attribute: getattr(action, item.attribute) for item in fields_of(type(action))}
    runs = {name: compile_steps(value, plan) for name, value in values.items() if isinstance(value, Steps)}
    return type(action)(**{**values, **runs}) if runs else action


def _reads_state(step: WrittenStep) -> bool:
    """Tell whether the step's own templates may read the state: a form and a check have templates of their own."""
    asks = modal_of(step) is not None or getattr(step.action, "check", None) is not None
    return asks or any(ROOT in each.template.roots for each in templates_in((step.action, step.when)))
