"""Results: how cases went that are over, one row a case and one a step run. Written once."""

from sqlalchemy import Boolean, Column, ForeignKey, Interval, Table, Uuid

from models.result import RunEnd
from models.store.tables.metadata import INSTANT, METADATA, WORDS, one_of

CASE_RESULTS = Table(
    "case_results",
    METADATA,
    Column("escalation_id", Uuid, ForeignKey("escalations.id"), primary_key=True),
    Column("over_at", INSTANT, nullable=False),
    Column("left", Boolean, nullable=False),
    Column("mended", Boolean, nullable=False),
    Column("first_contact", Boolean, nullable=False),
    Column("sla_kept", Boolean, nullable=False),
    Column("took", Interval, nullable=True),
)

RUN_RESULTS = Table(
    "run_results",
    METADATA,
    Column("escalation_id", Uuid, ForeignKey("case_results.escalation_id"), primary_key=True),
    Column("run", WORDS, primary_key=True),
    Column("step", WORDS, nullable=False),
    Column("ended_as", WORDS, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("took", Interval, nullable=True),
    Column("reason_id", Uuid, nullable=True),
    one_of("ended_as", RunEnd),
)
