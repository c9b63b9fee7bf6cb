"""What is asked again and again has an index: it costs what it finds, not what the house has."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Select, text
from sqlalchemy.dialects import postgresql

from domain.lifecycle import OVER
from models.audit import AuditLimits
from models.store.repositories import audits, evidence, operations
from models.store.session import Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (evidence.overdue(NOW, 100), "ix_escalations_next_at"),
        (evidence.without_end(NOW, AuditLimits()), "ix_deliveries_without_end"),
        (evidence.waiting(NOW, 100), "ix_operations_waiting"),
        (operations.refused_mail(OVER, NOW, 50), "ix_operations_refused_mail"),
        (evidence.going_on(OVER), "ix_escalations_status_number"),
        (evidence.owing(OVER), "ix_deliveries_without_end"),
        (evidence.after(None, 100), "pk_escalations"),
        (audits.newest(), "ix_audits_ended_at"),
        (audits.good(), "ix_audits_good"),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
async def test_a_question_of_the_audit_uses_its_index(
    store: Store, query: Select[Any], index: str
) -> None:
    told = query.compile(
        dialect=postgresql.dialect(),  # type: ignore[no-untyped-call]
        compile_kwargs={"literal_binds": True},
    )
    async with store.transaction() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        await connection.execute(text("SET LOCAL enable_sort = off"))
        plan = "\n".join(
            row[0] for row in await connection.exec_driver_sql(f"EXPLAIN {told}".replace("%", "%%"))
        )
    assert index in plan, plan
    assert "Seq Scan on escalations" not in plan, plan
