"""Everything that may be said of one case, gathered from what is on record.

The API gathers it for the playbook's guidance, and a deed for a language model's words.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from activities import prospects
from activities.alike import Alike, alike
from domain.alert_words import SIGNALS
from domain.prediction import said_of
from domain.script_values import appointment_words
from domain.sentiment import EMOJI
from domain.standing import light, step_now, tightest
from models.command import Direction
from models.customer import Customer
from models.duration import say_duration
from models.escalation import EscalationState, Status, StepRun, number_text
from models.guidance import Chance, GuidanceSentiment, Precedent, SaidBy
from models.guidance_facts import (
    CustomerFacts,
    GuidanceFacts,
    KnownFields,
    MessageFacts,
    StepFacts,
)
from models.playbook import PlaybookVersion
from models.prediction import Prediction
from models.sentiment import ReadBy
from models.similar import FoundBy
from models.standing import EscalationWhole
from models.step import Step
from models.store.repositories import contents, customers, events, people
from models.text import can_be_seen

MESSAGES = 6
"""The newest messages that are read."""


class CaseFacts(NamedTuple):
    """What may be said, and what of it is personal."""

    facts: GuidanceFacts
    known: KnownFields

    def lasting(self) -> "CaseFacts":
        """The same facts without those that change by the minute, and those that no model is told.

        Words that are written for a case outlive the minute: they may not say how much is left.
        Cases that share no more than words with this one are for people to judge.
        """
        step, by_words = self.facts.step, self.facts.similar_found_by is FoundBy.TEXT_SEARCH
        changing: dict[str, object] = {
            "due_in": None,
            "waits_for": None,
            "prediction": None,
            "prediction_words": None,
            "sentiment": None,
            "churn_risk": None,
            "predicted_csat": None,
            "outlook": None,
            "similar_cases": () if by_words else self.facts.similar_cases,
            "similar_found_by": None,
            "similar_words": None,
            "step": step.model_copy(update={"due_in": None}) if step else None,
        }
        return CaseFacts(self.facts.model_copy(update=changing), self.known)

    @property
    def hash(self) -> str:
        """The same for the same lasting facts of this case.

        Which cases are like it is left out: a model is told of them, but the end of another case is
        no reason to ask for the same words again.
        """
        own = self.lasting().facts.model_copy(update={"similar_cases": ()})
        return sha256(own.model_dump_json().encode()).hexdigest()


async def case_facts(
    connection: AsyncConnection,
    whole: EscalationWhole,
    version: PlaybookVersion,
    *,
    company: str,
    agent_name: str | None,
    now: datetime,
    wish: str | None = None,
) -> CaseFacts:
    """Gather them.

    `now` is the case's own time, `agent_name` whoever talks to the customer when nobody has the
    case, `wish` what they want said.
    """
    customer = await customers.get(connection, whole.line.customer_id)
    messages = await _messages(connection, whole)
    found = await alike(connection, whole.line, 3)
    line, state, playbook = whole.line, whole.state, version.playbook
    step, risk = _step(state, version, now) if state else None, state.churn_risk if state else None
    told = await prospects.prospects(connection, line, playbook, _id_of(step), risk)
    day, time = appointment_words(state.appointment_at if state else None, customer)
    facts = GuidanceFacts(
        number=number_text(line.number),
        type=line.type,
        severity=line.severity,
        status=line.status,
        title=line.title,
        company=company,
        agent_name=line.assignee_name or agent_name,
        customer=_customer(customer),
        playbook=str(version.ref),
        summary=playbook.summary,
        step=step,
        what_not_to_do=playbook.what_not_to_do[:12],
        win_condition=playbook.win_condition,
        light=light(line.due_at, line.warn_at, now),
        due_in=_due_in(state, now),
        waits_for=_waits_for(state, now),
        appointment_day=day,
        appointment_time=time,
        signals=tuple(f"speaks of {SIGNALS[one]}" for one in (state.signals if state else ())),
        messages=tuple(MessageFacts(direction=way, text=text) for way, text in messages),
        wish=wish,
        similar_cases=_precedents(found),
        similar_found_by=found.found_by,
        similar_words=found.why_empty or found.why_by_words,
        sentiment=_sentiment(state),
        prediction=chance_of(told.success),
        prediction_words=said_of(told.success),
        churn_risk=risk,
        predicted_csat=told.outlook.csat.value,
        outlook=told.outlook,
    )
    return CaseFacts(facts, known_of(customer, await people.names_around(connection, line.id)))


def chance_of(told: Prediction) -> Chance | None:
    """A prediction as a chance; None while too few cases are known."""
    if not told.enough:
        return None
    return Chance(value=told.value, low=told.low, high=told.high, n=told.n)


async def _messages(
    connection: AsyncConnection, whole: EscalationWhole
) -> list[tuple[Direction, str]]:
    """What the matter was at first, and the newest messages."""
    messages = await events.newest_messages(connection, whole.line.id, MESSAGES)
    if whole.description_id is None:
        return messages
    first = await contents.texts(connection, [whole.description_id])
    return [*((Direction.INBOUND, text) for text in first.values()), *messages]


def _customer(customer: Customer | None) -> CustomerFacts | None:
    if customer is None:
        return None
    return CustomerFacts(
        first_name=customer.first_name,
        name=customer.name,
        since=customer.customer_since,
        annual_value=customer.annual_value,
        tier=customer.tier,
    )


def known_of(customer: Customer | None, colleagues: tuple[str, ...]) -> KnownFields:
    """What is personal about a customer and our own people, and must not leave as it is."""
    if customer is None:
        return KnownFields(colleagues=colleagues)
    return KnownFields(
        names=(customer.name,),
        colleagues=colleagues,
        emails=(customer.email,) if customer.email else (),
        phones=(customer.phone,) if customer.phone else (),
        ids=(customer.external_id,) if customer.external_id else (),
    )


def _step(state: EscalationState, version: PlaybookVersion, now: datetime) -> StepFacts | None:
    """The step to do now. A promise of an earlier playbook has its words there: it is left out."""
    run = step_now(state, version.playbook)
    step = _words_of(run, version) if run else None
    if run is None or step is None:
        return None
    return StepFacts(
        step=step,
        due_in=_when(run.due_at, now) if run.due_at else None,
        is_late=run.due_at is not None and run.due_at < now,
    )


def _id_of(step: StepFacts | None) -> str | None:
    return step.step.id if step else None


def _words_of(run: StepRun, version: PlaybookVersion) -> Step | None:
    try:
        return version.playbook.step(run.step) if run.of is None else None
    except KeyError:
        return None


def _due_in(state: EscalationState | None, now: datetime) -> str | None:
    clock = tightest(state) if state else None
    return _when(clock.due_at, now) if clock else None


def _waits_for(state: EscalationState | None, now: datetime) -> str | None:
    if state is None:
        return None
    if state.status is Status.PAUSED:
        return "the end of its pause"
    asleep = min(
        (run.opens_at for run in state.steps if run.opens_at and not run.ended), default=None
    )
    if asleep is not None and asleep > now:
        return f"its next step, {_when(asleep, now)}"
    return None if state.customer_spoke_last else "the customer's answer"


def _sentiment(state: EscalationState | None) -> GuidanceSentiment | None:
    told = state.sentiment if state else None
    if told is None:
        return None
    return GuidanceSentiment(
        score=told.score,
        label=told.feeling,
        emoji=EMOJI[told.feeling],
        source=SaidBy.MODEL if told.read_by is ReadBy.MODEL else SaidBy.LLM,
    )


def _precedents(found: Alike) -> tuple[Precedent, ...]:
    return tuple(
        Precedent(
            id=number_text(one.number) if one.number else str(one.id),
            outcome=str(one.outcome),
            approach=approach,
            similarity=one.similarity,
        )
        for one in found.cases
        if can_be_seen(approach := one.approach.strip()[:500])
    )


def _when(at: datetime, now: datetime) -> str:
    """`in 12 minutes`, `3 hours ago`."""
    left = at - now
    if left >= timedelta(0):
        return f"in {say_duration(left)}"
    return f"{say_duration(-left)} ago"
