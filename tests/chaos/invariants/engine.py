"""Temporal against PostgreSQL: one workflow a case, alive as long as the case, and none that ails.

I1: one workflow id, begun once, for each case. I11: no workflow task that fails or is tried again
and again, no activity that hangs, no workflow that failed.
"""

from collections.abc import Iterator

from domain.lifecycle import OVER
from models.escalation import Status
from tests.chaos.evidence import Evidence, Violation

ATTEMPTS = 5


def one_workflow_a_case(evidence: Evidence) -> Iterator[Violation]:
    """Every case was begun once, and nothing was begun that is no case."""
    for case in evidence.cases:
        life = evidence.lives.get(case)
        if life is None or len(life.ids) != 1:
            begun = len(life.ids) if life else 0
            yield Violation("I1", f"its workflow was begun {begun} times", case)
    for case in evidence.lives:
        if case not in evidence.cases:
            yield Violation("I1", "a workflow runs for a case that nobody opened", case)


def nothing_ails(evidence: Evidence) -> Iterator[Violation]:
    """A case in work has a running workflow, one that is over has an ended one; all are well."""
    for case, record in evidence.cases.items():
        life = evidence.lives.get(case)
        if life is None:
            continue
        over = Status(record.columns["status"]) in OVER
        if life.status != ("COMPLETED" if over else "RUNNING"):
            says = f"the case is {record.columns['status']}, and its workflow {life.status}"
            yield Violation("I11", says, case)
        if life.attempt > ATTEMPTS:
            yield Violation("I11", f"a workflow task is tried for the {life.attempt}th time", case)
        for name, attempt in life.pending:
            if attempt > ATTEMPTS:
                yield Violation("I11", f"{name} is tried for the {attempt}th time", case)
        if life.failures:
            yield Violation("I11", f"workflow tasks failed: {', '.join(life.failures)}", case)
