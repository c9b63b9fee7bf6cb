"""A playbook played through: by the very rules that run cases, with an agent who does as told.

Days pass at once and nothing leaves the house. The SLA policy, and the hours that it counts, are
given, as a case is pinned to them. What it cannot show is what the rules do not know: how long mail
takes, what a person would say. There are no alerts in it, for nobody is there to see one.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from domain.clock_plans import first_clocks
from domain.decide import begin, decide
from domain.due import due
from domain.evolve import evolve, fold
from domain.lint_words import SAMPLE
from domain.playbook import document_hash
from domain.policy import match_policy
from domain.script import render
from domain.timeline import Teller
from models import event as ev
from models.actor import ENGINE, Actor, ActorKind, Role
from models.command import Command, CompleteStep, EndEffect, SkipStep, Tick
from models.delivery import DeliveryStatus
from models.edition import NEWEST
from models.errors import RightnowError
from models.escalation import EscalationState, Source, StepRun, StepStatus
from models.event import Event
from models.facts import Facts
from models.messages import Book, CaseFacts, HouseRules, Opening
from models.money import CreditLimits
from models.playbook import Playbook, PlaybookRef
from models.simulation import AgentScript, Answer, Moment, Simulation
from models.sla import PolicyVersion, SlaPolicy
from models.step import Credit, FieldKind
from models.terms import SlaTerms

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When a simulated case is opened."""

MAX_EVENTS = 1500
"""Sixty slow days of our own playbooks need 160, and of thirty steps that are all late, 570.

Time grows with the square of it: this many take half a second.
"""

_AGENT = Actor(kind=ActorKind.PERSON, id=UUID(int=1), role=Role.MANAGER)
"""May do every step, so that a simulation shows the playbook and not who is on duty."""

_SOURCE = Source.PHONE
_NAMES = {UUID(int=1): "The agent"}


def policy_for(script: AgentScript, policies: Iterable[PolicyVersion]) -> SlaPolicy:
    """The policy that a case like the script's would get, of those that hold."""
    facts = Facts(
        type=script.type,
        severity=script.severity,
        source=_SOURCE,
        customer_years=script.customer_years,
        customer_annual_value=script.customer_annual_value,
        appointment_known=script.appointment_in is not None,
    )
    return match_policy(policies, facts)


def simulate(
    playbook: Playbook, script: AgentScript | None = None, *, terms: SlaTerms, days: int = 7
) -> Simulation:
    """Play a playbook through, from its opening for so many days and half of one more.

    `terms` have the policy's hours around `MONDAY`, as a case has them that comes in then.
    The agent ends each step with its first outcome, after as long as the step says that it takes,
    when the script says nothing else. The same playbook and script always give the same life.
    """
    life = _Life(playbook, script or AgentScript(), terms)
    end = MONDAY + timedelta(days=days, hours=12)
    turns = 0
    while max(turns, len(life.events)) < MAX_EVENTS and life.go_on(end):
        turns += 1
    return life.told(cut=max(turns, len(life.events)) >= MAX_EVENTS)


class _Turn(NamedTuple):
    """When the agent takes up a run, and what they do."""

    at: datetime
    run: StepRun
    answer: Answer


class _Life:
    """One case in the making. Local to one call of `simulate`, so the rule stays pure."""

    def __init__(self, playbook: Playbook, script: AgentScript, terms: SlaTerms) -> None:
        self.script = script
        self.book = Book(
            playbook=playbook,
            policy=terms.policy,
            hours=terms.hours,
            facts=CaseFacts(
                customer_years=script.customer_years,
                customer_annual_value=script.customer_annual_value,
            ),
            rules=_rules(playbook),
        )
        self.now = MONDAY
        self.events: list[Event] = list(begin(self.book, _opening(self.book, script), MONDAY))
        self.state: EscalationState = fold(self.events)
        self.refused: list[Moment] = []
        self._given_up: set[str] = set()

    def go_on(self, end: datetime) -> bool:
        """Let the next thing happen. False when nothing is left until the end."""
        for effect in self.state.effects:
            if effect.begun:
                self._do(EndEffect(key=effect.key, status=DeliveryStatus.SENT), ENGINE)
                return True
        deadline, turn = due(self.state), self._next_turn()
        if deadline is not None and deadline.at <= min(end, turn.at if turn else end):
            self.now = max(self.now, deadline.at)
            self._do(Tick(), ENGINE)
            return True
        if turn is not None and turn.at <= end:
            self.now = max(self.now, turn.at)
            self._act(turn)
            return True
        return False

    def _next_turn(self) -> _Turn | None:
        turns = [
            _Turn(run.opened_at + self._takes(run, answer), run, answer)
            for run in self.state.steps
            if run.status is StepStatus.OPEN
            and run.opened_at is not None
            and run.id not in self._given_up
            and not (answer := self._answer(run)).never
        ]
        return min(turns, key=lambda one: one.at, default=None)

    def _answer(self, run: StepRun) -> Answer:
        told = self.script.answers.get(run.step, ())
        lap = sum(one.step == run.step for one in self.state.steps[: self._place(run)])
        return told[min(lap, len(told) - 1)] if told else Answer()

    def _place(self, run: StepRun) -> int:
        return [one.id for one in self.state.steps].index(run.id)

    def _takes(self, run: StepRun, answer: Answer) -> timedelta:
        minutes = self.book.playbook.step(run.step).minutes
        return answer.after if answer.after is not None else timedelta(minutes=minutes)

    def _act(self, turn: _Turn) -> None:
        step = self.book.playbook.step(turn.run.step)
        if turn.answer.skip:
            self._do(SkipStep(step=turn.run.id, reason_id=UUID(int=4)), _AGENT)
            return
        moments = [one for one in step.fields if one.kind is FieldKind.MOMENT and one.sets]
        self._do(
            CompleteStep(
                step=turn.run.id,
                outcome=turn.answer.outcome or step.outcomes[0].id,
                filled=tuple(one.id for one in step.fields),
                appointment_at=self.now + timedelta(days=1) if moments else None,
                subject_id=UUID(int=2),
                body_id=UUID(int=3),
                amount=step.at_most if isinstance(step, Credit) else None,
            ),
            _AGENT,
            run=turn.run.id,
        )

    def _do(self, command: Command, actor: Actor, run: str | None = None) -> None:
        try:
            events = decide(self.book, self.state, command, self.now, actor)
        except RightnowError as error:
            self._given_up.add(run or "")
            self._note("Rightnow", f"Refused: {error.detail}")
            return
        for event in events:
            self.state = evolve(self.state, event)
        self.events.extend(events)

    def _note(self, who: str, what: str) -> None:
        after = self.now - MONDAY
        self.refused.append(Moment(at=self.now, after=after, who=who, fact=None, what=what))

    def told(self, *, cut: bool) -> Simulation:
        """The life so far, in plain words."""
        playbook = self.book.playbook
        every = (*playbook.steps, playbook.last_step)
        titles = {step.id: render(step.title, SAMPLE) for step in every}
        teller = Teller(playbook, _NAMES, titles)
        moments = [
            Moment(
                at=event.at,
                after=event.at - MONDAY,
                who=teller.who(event.actor),
                fact=event.fact.fact,
                what=teller.sentence(event),
            )
            for event in self.events
            if not isinstance(event.fact, ev.EffectPlanned | ev.EffectBegun)
        ]
        facts = [event.fact for event in self.events]
        first = next((one for one in self.events if isinstance(one.fact, ev.Resolved)), None)
        return Simulation(
            moments=tuple(sorted([*moments, *self.refused], key=lambda one: one.at)),
            status=self.state.status,
            resolved_after=first.at - MONDAY if first else None,
            reminders=sum(isinstance(fact, ev.StepReminded) for fact in facts),
            mails=sum(
                isinstance(fact, ev.EffectEnded) and fact.status is DeliveryStatus.SENT
                for fact in facts
            ),
            late=sum(isinstance(fact, ev.ClockBreached) for fact in facts),
            cut=cut,
        )


def _rules(playbook: Playbook) -> HouseRules:
    """The agent may give as much as the playbook does: what somebody else decides is not played."""
    amounts = [step.at_most for step in playbook.steps if isinstance(step, Credit)]
    if not amounts:
        return HouseRules(edition=NEWEST)
    most = sum(one.minor for one in amounts)
    limits = CreditLimits(currency=amounts[0].currency, manager=most)
    return HouseRules(edition=NEWEST, credit_limits=limits)


def _opening(book: Book, script: AgentScript) -> Opening:
    playbook = book.playbook
    appointment = MONDAY + script.appointment_in if script.appointment_in is not None else None
    return Opening(
        escalation_id=UUID(int=9),
        number=1001,
        op_id=UUID(int=8),
        actor=_AGENT,
        type=script.type,
        severity=script.severity,
        source=_SOURCE,
        team="front-line",
        customer_id=UUID(int=7),
        title_id=UUID(int=6),
        description_id=None,
        reasons_id=None,
        received_at=MONDAY,
        appointment_at=appointment,
        reopened_from=None,
        assignee_id=_AGENT.id,
        playbook=PlaybookRef(slug=playbook.slug, version=1, hash=document_hash(playbook)),
        clocks=first_clocks(book, script.severity, MONDAY),
    )
