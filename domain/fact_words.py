"""The playbook's words of one case with their placeholders filled."""

from datetime import datetime

from domain.script import Values, render
from domain.script_values import Whom, finished
from models.guidance_facts import GuidanceFacts
from models.step import Approval, EmailStep, Notify, OfferStep, Script, Step, Task


def fact_values(facts: GuidanceFacts, now: datetime) -> Values:
    """What every placeholder stands for; None where a fact is not known."""
    known = facts.customer
    return finished(
        whom=Whom(known.first_name, known.name, known.since, known.annual_value) if known else None,
        agent_name=facts.agent_name,
        company=facts.company,
        number=facts.number,
        title=facts.title,
        today=now.date(),
        appointment=(facts.appointment_day, facts.appointment_time),
    )


def step_words(step: Step, values: Values) -> tuple[str, ...]:
    """Every text of a step that may be said to the customer or is about it, filled."""
    texts = [step.title, step.why or "", *_of_script(step.script), *_of_kind(step)]
    texts += [outcome.label for outcome in step.outcomes]
    return tuple(render(text, values) for text in texts if text)


def _of_script(script: Script | None) -> tuple[str, ...]:
    if script is None:
        return ()
    return (script.opening, *script.key_points, script.closing or "")


def _of_kind(step: Step) -> tuple[str, ...]:
    match step:
        case EmailStep() | Notify():
            return (step.letter.subject, step.letter.body)
        case OfferStep():
            return (step.offer, str(step.at_most) if step.at_most else "")
        case Task():
            return step.instructions
        case Approval():
            return (step.question,)
        case _:
            at_most = getattr(step, "at_most", None)
            return (f"At most {at_most}.",) if at_most else ()
