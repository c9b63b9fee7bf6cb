"""Starting workflows without the API before them."""

from datetime import UTC, datetime
from uuid import UUID

from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy

from domain.playbook import document_hash
from domain.policy import STANDARD
from models.actor import Actor
from models.command import CompleteStep, Operation
from models.ids import new_id, workflow_id
from models.messages import Book, EscalationStart, Receipt
from models.playbook import Playbook, StartMode
from models.standing import OpeningRow
from models.store.repositories import escalations, operations, playbooks
from models.store.session import Store
from tests.desk import Desk
from workflows import search_attributes
from workflows.escalation import EscalationWorkflow


async def start_like(sarah: Desk, store: Store) -> EscalationStart:
    """The start of a case that no worker has yet, such as the API would have made it."""
    opened = await sarah.open_case()
    async with store.transaction() as connection:
        row = await operations.get(connection, UUID(opened["op_id"]))
    assert row is not None
    assert isinstance(row.payload, EscalationStart)
    return await opening_like(store, row.payload)


async def start_of_0_1_0(sarah: Desk, store: Store) -> EscalationStart:
    """A case as version 0.1.0 opened it: it does not carry its open hours."""
    start = await start_like(sarah, store)
    book = Book(playbook=start.book.playbook, policy=STANDARD, facts=start.book.facts)
    return start.model_copy(update={"book": book})


async def start_by(sarah: Desk, store: Store, playbook: Playbook) -> EscalationStart:
    """The same, by a playbook that only this test has: it must not start by itself."""
    assert playbook.triggers.start is StartMode.SUGGEST
    async with store.transaction() as connection:
        ref = await playbooks.publish(connection, playbook, document_hash(playbook))
    start = await start_like(sarah, store)
    assert start.opening is not None
    return await opening_like(
        store,
        start.model_copy(
            update={
                "book": start.book.model_copy(update={"playbook": playbook}),
                "opening": start.opening.model_copy(update={"playbook": ref}),
            }
        ),
    )


async def opening_like(store: Store, start: EscalationStart) -> EscalationStart:
    """Another case like this one, with a number of its own."""
    opening = start.opening
    assert opening is not None
    row = OpeningRow(
        id=new_id(),
        playbook_slug=opening.playbook.slug,
        playbook_version=opening.playbook.version,
        opened_at=datetime.now(UTC),
        due_at=None,
        **opening.model_dump(
            include={
                "type",
                "severity",
                "source",
                "team",
                "customer_id",
                "title_id",
                "received_at",
            }
        ),
    )
    async with store.transaction() as connection:
        number = await escalations.begin(connection, row)
    fresh = opening.model_copy(
        update={"escalation_id": row.id, "number": number, "op_id": new_id()}
    )
    return start.model_copy(update={"opening": fresh})


async def start_with(
    client: Client, task_queue: str, start: EscalationStart, actor: Actor, *, step: str
) -> Receipt:
    """Start a case together with the completion of its first step."""
    opening = start.opening
    assert opening is not None
    done = Operation(
        op_id=new_id(), actor=actor, command=CompleteStep(step=step, outcome="reached")
    )
    receipt: Receipt = await client.execute_update_with_start_workflow(
        str(done.command.kind),
        done,
        result_type=Receipt,
        id=str(done.op_id),
        start_workflow_operation=WithStartWorkflowOperation(
            EscalationWorkflow.run,
            start,
            id=workflow_id(opening.escalation_id),
            task_queue=task_queue,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            search_attributes=search_attributes.at_start(opening),
        ),
    )
    return receipt
