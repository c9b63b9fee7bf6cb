"""How long Temporal waits for what, and how often it tries."""

from datetime import timedelta

from temporalio.common import RetryPolicy

from models.severity import Severity

UPDATE_DEADLINE = timedelta(seconds=5)
"""How long the API waits for an answer before it says 202 and the sweeper takes over."""

TASK_TIMEOUT = timedelta(seconds=5)
"""Of a workflow task: how soon another worker takes over from one that died in the middle."""

STICKY_TIMEOUT = timedelta(seconds=1)
"""How long a dead worker's cached workflows are deaf (10 s by default)."""

WRITE_DOWN_TIMEOUT = timedelta(seconds=6)
WRITE_DOWN_RETRY = RetryPolicy(
    initial_interval=timedelta(milliseconds=200),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=15),
)
STUCK_PAUSE = timedelta(minutes=1)
"""After an error that trying again cannot mend, the projection rests so long and tries again."""

COMPUTE_TIMEOUT = timedelta(seconds=5)
COMPUTE_RETRY = RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_attempts=5)
"""Deadlines are tried for half a minute at most: later operations of the case wait for them."""

DELIVER_TIMEOUT = timedelta(seconds=45)
DELIVER_FOR = timedelta(hours=4)
"""How long a delivery is tried before it counts as failed and somebody else is told."""
DELIVER_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=10),
    backoff_coefficient=3,
    maximum_interval=timedelta(minutes=10),
)

PRIORITY = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 3, Severity.LOW: 4}
"""Temporal's priority keys: 1 goes first."""
