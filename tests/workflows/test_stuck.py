"""What PostgreSQL will never take does not stop anybody else, and is shown, not hidden (T29)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from temporalio.client import Client

from models.ids import workflow_id
from models.store.session import Store
from tests.desk import Desk
from tests.polling import until
from tests.workflows.clockwork import Clockwork


async def test_a_forked_projection_is_shown_and_the_case_still_answers(
    sarah: Desk, client: Client, store: Store, clockwork: Clockwork
) -> None:
    opened = await sarah.open_case()
    case = opened["escalation_id"]
    await clockwork.settled(case)
    number = opened["version"] + 1
    async with store.transaction() as connection:
        await connection.execute(
            text(
                "INSERT INTO events (escalation_id, seq, at, fact, body, hash)"
                " VALUES (:id, :seq, now(), 'note_added', '{}', 'another')"
            ),
            {"id": UUID(case), "seq": number},
        )
    path = f"/cs/escalations/{opened['number']}/notes"
    answer = await sarah.post(path, {"text": "still here"})
    assert answer["status"] == "applied"
    handle = client.get_workflow_handle(workflow_id(UUID(case)))

    async def shown() -> bool | None:
        told = await handle.query("__temporal_workflow_metadata")
        return "Not written down: projection-forked" in str(told) or None

    await until(shown)
    other = await sarah.open_case()
    await clockwork.settled(other["escalation_id"])
    async with store.transaction() as connection:
        mended = "DELETE FROM events WHERE escalation_id = :id AND hash = 'another'"
        await connection.execute(text(mended), {"id": UUID(case)})
    # After a minute it is tried again; time skipping makes the minute short.
    state = await clockwork.ahead(case, timedelta(minutes=2))
    assert state.version == answer["version"]
