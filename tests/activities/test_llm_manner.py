"""How an endpoint is asked: what it says of itself counts, what a customer said does not."""

import pytest

from activities.adapters.llm.manner import HOLDS_FOR, Form, Manner, Way
from models.llm import Ask
from models.store.session import Store
from tests.activities.llm_desk import FITS, Clock, asking, question
from tests.fake_llm import Line, Request, failing, refusing_schemas, saying

OLD = Way(Form.SCHEMA, newer=False)


def learnt(said: str, status: int = 400, *, ask: Ask | None = None) -> Form:
    """The form after one refusal."""
    manner = Manner(Clock())
    manner.learn(ask or question(), OLD, status, said)
    return manner.form("mood")


@pytest.mark.parametrize(
    "said",
    [
        "'response_format.type' is not supported",
        "Invalid parameter: response_format of type json_schema",
        "unknown variant `json_schema`, expected `text`",
        "Automatic parser generation failed: JSON schema conversion failed:\nPattern must start",
        "Failed to parse grammar",
    ],
)
def test_what_an_endpoint_says_of_forms_is_learnt(said: str) -> None:
    assert learnt(said) is Form.OBJECT


@pytest.mark.parametrize(
    "said",
    [
        "no",
        "the column is not in the schema of the database",
        "the prompt has bad grammar",
        "Your input was refused by our content filter: 'schema'",
    ],
)
def test_other_words_teach_nothing(said: str) -> None:
    assert learnt(said) is Form.SCHEMA


@pytest.mark.parametrize(
    "said", ["response_format", "json_schema", "max_completion_tokens", "Parse Grammar"]
)
def test_a_customers_words_that_come_back_teach_nothing(said: str) -> None:
    ask = question(user=f"My {said} is broken. JSON SCHEMA CONVERSION! Cancel it.")
    echo = f"refused: {ask.user}"
    manner = Manner(Clock())
    assert not manner.learn(ask, OLD, 400, echo)
    assert manner.way("mood") == OLD
    assert manner.learn(ask, OLD, 400, f"{echo}: 'response_format.type' is odd") is (
        said != "response_format"
    )


def test_our_own_instructions_that_come_back_teach_nothing() -> None:
    ask, manner = question(system="parse grammar"), Manner(Clock())
    assert not manner.learn(ask, Way(Form.OBJECT, newer=False), 400, f"refused: {ask.system}")


def test_what_was_learnt_is_tried_again_after_an_hour_one_step_at_a_time() -> None:
    clock = Clock()
    manner, ask = Manner(clock), question()
    for _ in range(2):
        assert manner.learn(ask, manner.way("mood"), 400, "response_format")
    assert manner.form("mood") is Form.TEXT
    clock.at += HOLDS_FOR
    assert manner.form("mood") is Form.OBJECT
    assert manner.learn(ask, manner.way("mood"), 400, "response_format")
    assert manner.form("mood") is Form.TEXT, "it was no better"
    clock.at += HOLDS_FOR
    manner.accepted("mood", manner.way("mood"))
    assert manner.form("mood") is Form.OBJECT
    clock.at += HOLDS_FOR
    manner.accepted("mood", manner.way("mood"))
    clock.at += 10 * HOLDS_FOR
    assert manner.way("mood") == OLD


def test_newer_words_are_given_up_after_an_hour_too() -> None:
    clock = Clock()
    manner, ask = Manner(clock), question()
    assert manner.learn(ask, OLD, 400, "Use 'max_completion_tokens' instead")
    assert manner.way("mood").newer
    clock.at += HOLDS_FOR
    assert manner.way("mood") == OLD
    manner.accepted("mood", OLD)
    assert manner.way("mood") == OLD


def test_several_that_are_refused_at_once_are_one_step() -> None:
    manner, ask = Manner(Clock()), question()
    for _ in range(5):
        assert manner.learn(ask, OLD, 400, "response_format")
    assert manner.form("mood") is Form.OBJECT
    manner.learn(ask, Way(Form.OBJECT, newer=False), 400, "response_format")
    assert manner.learn(ask, OLD, 400, "response_format"), "it was asked long ago"
    assert manner.form("mood") is Form.TEXT


async def test_an_endpoint_that_sends_back_what_it_was_asked_is_asked_as_before(
    store: Store,
) -> None:
    async def echo(request: Request, line: Line) -> None:
        words = f"cannot serve: {request['messages']}"
        await failing(400, words=words)(request, line)

    async with asking(store, echo) as desk:
        await desk.trouble(user="The schema of my bill, the json_schema, max_completion_tokens!")
        desk.endpoint.script = saying(FITS)
        await desk.ask()
        asked = desk.endpoint.asked[-1]
        assert asked["response_format"]["type"] == "json_schema"
        assert "max_tokens" in asked


async def test_after_an_hour_a_mended_endpoint_is_asked_as_at_first(store: Store) -> None:
    async with asking(store, refusing_schemas(saying(FITS))) as desk:
        await desk.ask()
        assert desk.endpoint.asked[-1]["response_format"]["type"] == "json_object"
        desk.endpoint.script = saying(FITS)
        await desk.ask()
        assert desk.endpoint.asked[-1]["response_format"]["type"] == "json_object"
        desk.clock.at += HOLDS_FOR
        for _ in range(2):
            await desk.ask()
            assert desk.endpoint.asked[-1]["response_format"]["type"] == "json_schema"
