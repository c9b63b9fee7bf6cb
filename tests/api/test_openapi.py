"""The contract: complete, with examples; what it says is what is answered, whatever is sent."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from pydantic import ValidationError

from api.app import create_app
from api.parts import Parts
from models.simulation import AgentScript
from tests.api.rows import Rows
from tests.api.test_alerts import alerts_of
from tests.desk import Desk
from tests.served import port_of, served

PATHS = Path(__file__).with_name("openapi_paths.txt")
EVERYWHERE = {"400", "401", "403", "422", "500", "503"}
SENT = {"408", "413", "415"}
OUTSIDE = {"/healthz", "/readyz", "/metrics"}
SCHEMA: dict[str, Any] = create_app().openapi()
OPERATIONS = [
    (method.upper(), path, told)
    for path, methods in SCHEMA["paths"].items()
    for method, told in methods.items()
]
IDS = [f"{method} {path}" for method, path, _ in OPERATIONS]
INSIDE = [one for one in OPERATIONS if one[1] not in OUTSIDE]
INSIDE_IDS = [f"{method} {path}" for method, path, _ in INSIDE]


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema that a reference names."""
    if "$ref" not in schema:
        return schema
    found: dict[str, Any] = SCHEMA["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def test_paths_and_methods_are_those_on_record() -> None:
    """A new route belongs on the list, in the same commit; a lost one breaks somebody."""
    now = sorted(f"{path} {method}" for method, path, _ in OPERATIONS)
    assert PATHS.read_text(encoding="utf-8").splitlines() == now


@pytest.mark.parametrize(("method", "path", "told"), OPERATIONS, ids=IDS)
def test_every_operation_says_what_it_is_for(method: str, path: str, told: dict[str, Any]) -> None:
    assert told["summary"]
    assert len(told["description"].split()) >= 3
    assert told["operationId"]
    for parameter in told.get("parameters", ()):
        assert parameter["schema"]


def test_a_script_may_be_said_in_short_and_the_contract_says_so() -> None:
    """Whatever the model takes, from a file or over HTTP, the schema allows, and nothing else."""
    whole = {**SCHEMA["components"]["schemas"]["AgentScript"], "components": SCHEMA["components"]}
    contract = Draft202012Validator(whole)
    right: list[Any] = ["never", "reached", {}, {"skip": True}, {"never": "true"}, []]
    right += [["no-answer", {"after": "PT1H"}]]
    wrong: list[Any] = [None, 5, "Not A Slug", [["never"]], [None], {"outcom": "done"}, True]
    wrong += [{"never": 0}, {"skip": 1}, {"never": "yes"}, {"after": False}, {"after": 5}]
    for said in right:
        script = {"answers": {"call-now": said}}
        assert contract.is_valid(script), said
        AgentScript.model_validate(script)
    for said in wrong:
        script = {"answers": {"call-now": said}}
        assert not contract.is_valid(script), said
        with pytest.raises(ValidationError):
            AgentScript.model_validate(script)


def test_no_two_operations_have_the_same_id() -> None:
    ids = [told["operationId"] for _, _, told in OPERATIONS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("method", "path", "told"), OPERATIONS, ids=IDS)
def test_every_body_has_an_example_that_is_right(
    method: str, path: str, told: dict[str, Any]
) -> None:
    if "requestBody" not in told:
        return
    for kind, body in told["requestBody"]["content"].items():
        schema = resolved(body["schema"])
        examples = [one["value"] for one in body.get("examples", {}).values()]
        examples += schema.get("examples", [])
        assert examples, kind
        if kind == "application/json":
            whole = {**schema, "components": SCHEMA["components"]}
            for one in examples:
                Draft202012Validator(whole).validate(one)


@pytest.mark.parametrize(("method", "path", "told"), INSIDE, ids=INSIDE_IDS)
def test_every_operation_names_its_problems(method: str, path: str, told: dict[str, Any]) -> None:
    answers = told["responses"]
    expected = EVERYWHERE | (SENT if "requestBody" in told else set())
    if "{" in path:
        expected = expected | {"404"}
    assert expected <= set(answers), expected - set(answers)
    for status, answer in answers.items():
        assert answer["description"]
        if int(status) >= 400:
            assert set(answer["content"]) == {"application/problem+json"}, status
            shape = answer["content"]["application/problem+json"]["schema"]
            assert shape == {"$ref": "#/components/schemas/Problem"}
    assert told["security"] == [{"HTTPBearer": []}]


def test_every_reference_leads_somewhere() -> None:
    names = set(SCHEMA["components"]["schemas"])
    text = json.dumps(SCHEMA)
    for part in text.split('"#/components/schemas/')[1:]:
        assert part.partition('"')[0] in names


@pytest.mark.parametrize("name", sorted(SCHEMA["components"]["schemas"]))
def test_every_shape_that_is_sent_refuses_what_it_does_not_know(name: str) -> None:
    shape = SCHEMA["components"]["schemas"][name]
    if shape.get("type") == "object":
        assert shape["additionalProperties"] is False


async def test_every_example_does_what_it_says(sarah: Desk, marcus: Desk) -> None:
    """The opening's examples open; those of the other bodies are taken by a case that is open."""
    for body in resolved_examples("EscalationIn"):
        assert (await sarah.post("/cs/escalations", body))["status"] == "applied"
    for name, place in (("NoteIn", "notes"), ("MessageIn", "messages"),
                        ("AssignmentIn", "assignment"), ("ResolutionIn", "resolution"),
                        ("ReasonIn", "cancellation")):  # fmt: skip
        for body in resolved_examples(name):
            opened = await sarah.open_case()
            path = f"/cs/escalations/{opened['number']}"
            assert (await marcus.post(f"{path}/{place}", body))["status"] == "applied"


def resolved_examples(name: str) -> list[dict[str, Any]]:
    """The examples of a shape."""
    found: list[dict[str, Any]] = SCHEMA["components"]["schemas"][name]["examples"]
    return found


@pytest_asyncio.fixture(scope="module")
async def address(parts: Parts, worker: None) -> AsyncIterator[str]:
    """The API behind a real uvicorn, on loopback."""
    async with served(create_app(parts), lifespan="on") as server:
        yield f"http://127.0.0.1:{port_of(server)}"


CONFIG = """
[parameters]
"path.case" = "{case}"
"path.step" = "call-now"
"path.alert" = "{alert}"
"path.slug" = "general"
"path.version" = "general@1"
"""
EXAMPLES = 6
SECONDS = 600
"""How long the slowest machine may take; it is about a minute where nobody else works."""

LEFT_OUT = "positive_data_acceptance"
"""A right shape may still be refused: a case that is closed, an appointment of long ago.

Mail is left out as well: nothing generates RFC 5322; test_bad_mail has the wrong ones. So is the
stream, which has no end; test_stream asks it wrongly.
"""
NOT_ASKED = "/stream$|/inbound/"
STEPS = "/steps/|/escalations$|/next$"
READING = "/playbooks|/admin/|/analytics/|/mailbox|/escalations/[^/]+/ai-|/(?:status|me|queue)$"
RANK = "/playbooks|/playbook|/pauses|/alerts/|/predictions$|/audit$|/codec/|/escalations/[^/]+$"
"""Where a manager is answered otherwise than an agent."""

ENDS = "/cancellation$|/merge$"
"""What ends the case, so that nothing else can be asked of it: these have one of their own."""

SHARES = (
    ("agent", "--include-path-regex", STEPS),
    ("agent", "--include-path-regex", READING),
    ("agent", "--exclude-path-regex", f"{STEPS}|{READING}|{NOT_ASKED}"),
    ("manager", "--include-path-regex", RANK),
    ("manager", "--include-path-regex", ENDS),
)
"""At once, as processes: threads of CPython 3.11 cannot parse code beside each other.

By address and never by method: whoever excludes a method never sends it where it is not taken.
"""


def asked_by(who: str) -> int:
    """How many operations one caller's shares have."""
    if who == "agent":
        return sum(not re.search(NOT_ASKED, path) for _, path, _ in OPERATIONS)
    return sum(bool(re.search(f"{RANK}|{ENDS}", path)) for _, path, _ in OPERATIONS)


@pytest.mark.timeout(SECONDS + 120)
async def test_whatever_is_sent_the_answer_is_one_that_the_contract_names(
    address: str, sarah: Desk, marcus: Desk, priya: Desk, rows: Rows, tmp_path: Path
) -> None:
    """Right and wrong data for every operation, by people who may do much and little."""
    desks = {"agent": sarah, "manager": priya}
    configs: list[Path] = []
    for number, (who, *_) in enumerate(SHARES):
        folder = tmp_path / f"{number}"
        same = configs[0] if who == "agent" and configs else None
        configs.append(same or await _config(folder, sarah, marcus, who))
    before = await rows.count()
    said = await asyncio.gather(
        *(
            _schemathesis(tmp_path / f"{number}.txt", configs[number], address, desks[who], share)
            for number, (who, *share) in enumerate(SHARES)
        )
    )
    tested = dict.fromkeys(desks, 0)
    for (who, *_), (code, text) in zip(SHARES, said, strict=True):
        assert code == 0, text[-12_000:]
        tested[who] += int(text.partition("Tested: ")[2].split()[0])
    assert tested == {who: asked_by(who) for who in desks}
    done = await rows.since(before)  # waits until no operation waits for its answer
    assert done["events"] > 0, "no right data was among it"


async def _config(folder: Path, sarah: Desk, marcus: Desk, who: str) -> Path:
    """What stands in the addresses: a case of their own, with an alert, and what is published."""
    said = f"A case for the {who}: they want to cancel, and speak of a lawyer."
    opened = await sarah.open_case(source="phone", description=said)
    number = opened["number"]
    await sarah.case(number, at=opened["version"])
    alert = (await alerts_of(marcus, number))[0]["id"]
    folder.mkdir()
    config = folder / "schemathesis.toml"
    config.write_text(CONFIG.format(case=number, alert=alert), encoding="utf-8")
    return config


async def _schemathesis(
    said: Path, config: Path, address: str, desk: Desk, share: list[str]
) -> tuple[int, str]:
    with said.open("wb") as output:
        run = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "schemathesis.cli", "--config-file", str(config), "run",
            f"{address}/api/v1/openapi.json", *share,
            "--phases", "examples,coverage,fuzzing",
            "--max-examples", str(EXAMPLES), "--seed", "1", "--no-shrink",
            "--continue-on-failure", "--exclude-checks", LEFT_OUT,
            "--header", f"Authorization:Bearer {desk.token}", "--request-timeout", "60",
            "--wait-for-schema", "120",
            "--generation-database", "none", "--no-color",
            stdout=output, stderr=asyncio.subprocess.STDOUT, cwd=config.parent,
        )  # fmt: skip
        try:
            code = await asyncio.wait_for(run.wait(), SECONDS)
        except TimeoutError:
            run.kill()
            code = await run.wait()
    return code, said.read_text(encoding="utf-8", errors="replace")
