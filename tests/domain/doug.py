"""Doug's case for tests of guidance: nobody came three times, and he thinks of leaving."""

from datetime import UTC, date, datetime
from pathlib import Path

from activities.adapters.playbook_files import load_file
from models.command import Direction
from models.customer import Tier
from models.draft import GuidanceDraft, ResponseDraft
from models.escalation import EscalationType, Light, Status
from models.guidance import Chance, GuidanceSentiment, Precedent
from models.guidance_facts import (
    CustomerFacts,
    GuidanceFacts,
    KnownFields,
    MessageFacts,
    StepFacts,
)
from models.money import Money
from models.sentiment import Feeling
from models.severity import Severity

NOW = datetime(2026, 5, 4, 15, 0, tzinfo=UTC)
CANARY = "kestrel-4f9d21c7"
RESCUE = load_file(Path(__file__).parents[2] / "playbooks" / "cancel-threat.yaml")

KNOWN = KnownFields(
    names=("Doug Carter",),
    emails=("doug.carter@example.test",),
    phones=("+1 555 010 4477",),
    ids=("CRM-88231",),
)

LETTER = (
    "Nobody came again. This is the third time since March 3! I pay you $4,200 a year.\n"
    "Call me at 555-010-4477 or I am going to a competitor. Doug Carter, 14 Birch Lane"
)


def facts(*texts: str, step: str | None = "goodwill", **changes: object) -> GuidanceFacts:
    """Doug's case at a step, with these words of his instead of his own."""
    said = texts or (LETTER,)
    told = GuidanceFacts(
        number="E-1042",
        type=EscalationType.CANCEL_THREAT,
        severity=Severity.CRITICAL,
        status=Status.OPEN,
        title="Third visit missed",
        company="Bright Homes",
        agent_name="Sarah Lind",
        customer=CustomerFacts(
            first_name="Doug",
            name="Doug Carter",
            since=date(2020, 3, 1),
            annual_value=Money(minor=420_000, currency="USD"),
            tier=Tier.PREMIUM,
        ),
        playbook="cancel-threat@3",
        summary=RESCUE.summary,
        step=StepFacts(step=RESCUE.step(step), due_in="in 12 minutes") if step else None,
        what_not_to_do=RESCUE.what_not_to_do,
        win_condition=RESCUE.win_condition,
        light=Light.YELLOW,
        due_in="in 12 minutes",
        signals=("speaks of a competitor", "third time"),
        messages=tuple(MessageFacts(direction=Direction.INBOUND, text=text) for text in said),
        similar_cases=(
            Precedent(id="E-1031", outcome="stayed", approach="Called at once.", similarity=0.8),
        ),
        prediction=Chance(value=0.81, low=0.7, high=0.89, n=64),
        sentiment=GuidanceSentiment(score=-0.7, label=Feeling.VERY_FRUSTRATED, emoji="\U0001f621"),
        churn_risk=0.74,
        predicted_csat=2.1,
    )
    return GuidanceFacts.model_validate({**dict(told), **changes})


def draft(**changes: object) -> GuidanceDraft:
    """A good draft for the step `goodwill`, changed in some fields."""
    said = {
        "summary": "Doug lost time three times. He has been with us for 6 years.",
        "reason": "A small gift says sorry better than a speech.",
        "opening": "One more thing, Doug. You lost time because of us. I want to add a $50 credit.",
        "key_points": ("Give at most $50.", "Do not ask for a thing in return."),
        "closing": "You do not have to do a thing. I will set it up now.",
    }
    return GuidanceDraft.model_validate({**said, **changes})


def reply(text: str, subject: str | None = None) -> ResponseDraft:
    """An answer to Doug."""
    return ResponseDraft(subject=subject, text=text)
