"""How likely a case ends well by an action, and how good such predictions were."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import ConfigDict

from api.dependencies import Caller, CallerDep, CaseId, PartsDep, ReaderDep, load_line
from api.predicting import predict_by
from api.problems import documented
from domain.calibration import foretell, quality
from domain.permissions import may_judge_predictions
from models.frozen import Frozen
from models.performance import Count, Share
from models.playbook import Prior
from models.prediction import EndedCase, Prediction, PredictionQuality, PredictionSource, Segment
from models.store.repositories import predictions
from models.text import Slug

router = APIRouter(prefix="/cs", tags=["guidance"])


class Question(Frozen):
    """What is thought of doing."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"action": "cancel-threat"}]})

    action: Slug
    """A playbook, or a step of the one that the case goes by. A playbook comes first."""


class Answer(Frozen):
    """How likely it ends well: mended, never reopened, and the customer stays."""

    probability: Share
    low: Share
    high: Share
    """With 80 % the rate of cases like this one lies between low and high."""

    n: Count
    """Cases like this one that are over, by this action."""

    source: PredictionSource
    enough: bool
    """They are 20 at least. Below, the probability is a guess."""

    words: str
    segment: Segment


async def judge(who: CallerDep) -> Caller:
    """Somebody who decides whether predictions are gone by. Raises NotAllowed."""
    may_judge_predictions(who.actor)
    return who


@router.post(
    "/escalations/{case}/ai-predict-outcome",
    responses=documented(404),
    summary="How likely is it to end well by this?",
)
async def predict_outcome(parts: PartsDep, who: ReaderDep, case: CaseId, asked: Question) -> Answer:
    """What came of cases like this one by an action, with how many they are and how sure that is.

    It changes nothing and asks no model. It says what happened, not what the action does: easy
    cases are treated otherwise than hard ones.
    """
    line = await load_line(parts, who, case)
    async with parts.store.transaction() as connection:
        told = await predict_by(connection, line, asked.action)
    return _answer(told)


@router.get("/analytics/predictions", responses=documented(), summary="How good were predictions?")
async def prediction_quality(
    parts: PartsDep,
    _: Annotated[Caller, Depends(judge)],
) -> PredictionQuality:
    """Each case that is over is predicted from those alone that had ended before it was opened.

    For managers and admins. The newest 5,000 cases are looked at.
    """
    async with parts.store.transaction() as connection:
        past = await predictions.past(connection)
        priors = await predictions.priors(connection)
    return await asyncio.to_thread(_judged, past, priors)


def _judged(past: list[EndedCase], priors: dict[str, Prior]) -> PredictionQuality:
    """In a thread: thousands of cases take the twentieth part of a second."""
    return quality([(case.version is None, told) for case, told in foretell(past, priors)])


def _answer(told: Prediction) -> Answer:
    given = told.model_dump(exclude={"value", "segment"})
    return Answer(probability=told.value, segment=told.segment, **given)
