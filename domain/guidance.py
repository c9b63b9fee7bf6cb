"""Guidance by the playbook alone: what to do, what to say and what not, at once and always.

It is made from the step to do now and the facts, without a model and without the network. Where
no step is to be done it says what the case waits for, or that it is over. A language model may
then put better words in the place of a few; nothing else of a guidance is its business.
"""

from datetime import datetime

from domain.fact_words import fact_values
from domain.script import Placeholder, Values, render
from domain.suspicion import WARNING, suspicious
from models.command import Direction
from models.draft import GuidanceDraft
from models.escalation import Light, Status
from models.guidance import (
    ActionType,
    ActionUrgency,
    Guidance,
    GuidanceScript,
    RecommendedAction,
    SaidBy,
    Sources,
)
from models.guidance_facts import GuidanceFacts, StepFacts
from models.playbook import LAST_STEP
from models.severity import Severity
from models.similar import FoundBy
from models.step import (
    ENGINE_RUN,
    Approval,
    Credit,
    EmailStep,
    OfferStep,
    Script,
    Step,
    StepKind,
    Task,
)

MAX_POINTS = 5
_OVER = frozenset((Status.CLOSED, Status.CANCELLED, Status.MERGED))


def by_playbook(facts: GuidanceFacts, now: datetime) -> Guidance:
    """The guidance that needs nobody's help."""
    values = fact_values(facts, now)
    action = _action(facts, values)
    step = facts.step.step if facts.step and action.step_id else None
    return Guidance(
        summary=_summary(facts, values),
        sentiment=facts.sentiment,
        recommended_action=action,
        script=_script(step, values) if step else None,
        what_not_to_do=tuple(render(text, values) for text in facts.what_not_to_do),
        win_condition=render(facts.win_condition, values),
        warning=_warning(facts),
        similar_cases=facts.similar_cases,
        similar_cases_words=facts.similar_words,
        churn_risk=facts.churn_risk,
        predicted_csat=facts.predicted_csat,
        outlook=facts.outlook,
        sources=_sources(facts),
        version=facts.playbook,
        generated_at=now,
    )


def with_draft(guidance: Guidance, draft: GuidanceDraft, prompt: str, now: datetime) -> Guidance:
    """The same guidance in the words of a checked draft. `prompt` is its name: `guidance@1`.

    For a case that waits only the summary changes: a script or a reason is never made up for it.
    """
    said = GuidanceScript(opening=draft.opening, key_points=draft.key_points, closing=draft.closing)
    by = SaidBy.LLM
    has_script = guidance.script is not None
    action = guidance.recommended_action
    if has_script:
        action = action.model_copy(update={"reason": draft.reason})
    sources = guidance.sources.model_copy(
        update={
            "summary": by,
            "reason": by if has_script else guidance.sources.reason,
            "script": by if has_script else guidance.sources.script,
        }
    )
    return guidance.model_copy(
        update={
            "summary": draft.summary,
            "recommended_action": action,
            "script": said if has_script else None,
            "source": by,
            "sources": sources,
            "version": f"{guidance.version} {prompt}",
            "generated_at": now,
            "why_not_llm": None,
        }
    )


def without_draft(guidance: Guidance, why: str) -> Guidance:
    """The playbook's guidance, with the reason why it is not a language model's."""
    return guidance.model_copy(update={"why_not_llm": why[:200]})


def _warning(facts: GuidanceFacts) -> str | None:
    """Whether something of the customer's was written for a machine."""
    theirs = (one.text for one in facts.messages if one.direction is Direction.INBOUND)
    return WARNING if any(map(suspicious, (facts.title, *theirs))) else None


def _action(facts: GuidanceFacts, values: Values) -> RecommendedAction:
    now = facts.step
    if facts.status in _OVER:
        return _none(ActionType.NOTHING, "This case is over. There is nothing to do.")
    on_hold = facts.status is Status.PAUSED
    if now is None or on_hold or now.step.kind in ENGINE_RUN:
        return _none(ActionType.WAIT, _waiting(facts))
    is_last = now.step.id == LAST_STEP
    return RecommendedAction(
        type=ActionType.DECIDE if is_last else _TYPE_OF[now.step.kind],
        urgency=_urgency(facts, now),
        reason=_reason(now, values),
        step_id=now.step.id,
        predicted_success=facts.prediction,
        predicted_success_words=facts.prediction_words,
    )


def _none(kind: ActionType, reason: str) -> RecommendedAction:
    return RecommendedAction(type=kind, urgency=ActionUrgency.NONE, reason=reason)


_TYPE_OF = {
    StepKind.CALL: ActionType.CALL,
    StepKind.EMAIL: ActionType.EMAIL,
    StepKind.OFFER: ActionType.OFFER,
    StepKind.FOLLOW_UP: ActionType.FOLLOW_UP,
    StepKind.TASK: ActionType.TASK,
    StepKind.APPROVAL: ActionType.APPROVAL,
    StepKind.SCHEDULE: ActionType.SCHEDULE,
    StepKind.CREDIT: ActionType.CREDIT,
}
"""Every kind of step that people do."""


def _waiting(facts: GuidanceFacts) -> str:
    """What to say where there is no step for anybody."""
    if facts.waits_for:
        return f"Nothing to do now. We wait for {facts.waits_for}."
    if facts.status is Status.PAUSED:
        return "Nothing to do now. The case is on hold. It goes on by itself."
    if facts.status is Status.RESOLVED:
        return "It is fixed. There is nothing to do now."
    if facts.step is not None:
        return "Nothing to do now. This step is done for you."
    return "Nothing to do now. The next step will open by itself."


def _urgency(facts: GuidanceFacts, step: StepFacts) -> ActionUrgency:
    if step.is_late or facts.light is Light.RED:
        return ActionUrgency.NOW
    if facts.light is Light.YELLOW or facts.severity is Severity.CRITICAL:
        return ActionUrgency.SOON
    return ActionUrgency.IN_TURN


def _reason(now: StepFacts, values: Values) -> str:
    why = render(now.step.why or "It is the next step.", values)
    if now.is_late:
        return f"{why} It is late."
    return f"{why} It is due {now.due_in}." if now.due_in else why


def _summary(facts: GuidanceFacts, values: Values) -> str:
    who = facts.customer.first_name if facts.customer else "The customer"
    years = values[Placeholder.CUSTOMER_YEARS]
    parts = [render(facts.summary, values)]
    if years:
        parts.append(f"{who} has been with us for {years}.")
    if facts.customer and facts.customer.annual_value:
        parts.append(f"{who} pays us {facts.customer.annual_value} a year.")
    if facts.signals:
        parts.append(f"We saw: {'; '.join(facts.signals[:3])}.")
    if facts.due_in:
        parts.append(f"The clock is {facts.light.value}: due {facts.due_in}.")
    return " ".join(parts)


def _script(step: Step, values: Values) -> GuidanceScript:
    script = step.script or _without_script(step)
    limit, hints = _limit(step), _hints(step)
    points = (*limit, *script.key_points, *hints)[:MAX_POINTS]
    return GuidanceScript(
        opening=render(script.opening, values),
        key_points=tuple(render(point, values) for point in points),
        closing=render(script.closing, values) if script.closing else None,
    )


def _without_script(step: Step) -> Script:
    """The words of a step that has no script: what it asks, or its own title."""
    match step:
        case EmailStep():
            return Script(opening=step.letter.body)
        case OfferStep():
            return Script(opening=step.offer)
        case Approval():
            return Script(opening=step.question)
        case _:
            return Script(opening=f"{step.title}.")


def _limit(step: Step) -> tuple[str, ...]:
    """How much may be given, before everything else."""
    at_most = step.at_most if isinstance(step, OfferStep | Credit) else None
    return (f"Give at most {at_most}.",) if at_most else ()


def _hints(step: Step) -> tuple[str, ...]:
    """What there is to do, where five points leave room for it."""
    return step.instructions if isinstance(step, Task) else ()


_FOUND_BY = {
    None: SaidBy.MODEL,
    FoundBy.EMBEDDING: SaidBy.MODEL,
    FoundBy.TEXT_SEARCH: SaidBy.TEXT_SEARCH,
}


def _sources(facts: GuidanceFacts) -> Sources:
    counted = SaidBy.MODEL
    return Sources(
        predicted_success=counted if facts.prediction else None,
        similar_cases=_FOUND_BY[facts.similar_found_by] if facts.similar_cases else None,
        churn_risk=counted if facts.churn_risk is not None else None,
        predicted_csat=counted if facts.predicted_csat is not None else None,
    )
