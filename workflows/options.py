"""How long Temporal waits for what, and how often it tries."""

from datetime import timedelta

from temporalio.common import RetryPolicy

from models.severity import Severity

DEPLOYMENT = "rightnow"
"""The name under which Temporal knows the versions of our workers."""

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
DELIVER_HEARTBEAT = timedelta(seconds=15)
"""How long a delivery may give no sign of life: then its worker is dead, and another one tries."""

DELIVER_FOR = timedelta(hours=4)
"""How long a delivery is tried before it counts as failed and somebody else is told."""
DELIVER_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=1),
)
"""After a worker died with it. When the mail server is away, the delivery says itself when to try
again (activities/delivery.py), and so it does when somebody is just acting."""

REQUEST_TIMEOUT = timedelta(seconds=40)
REQUEST_FOR = timedelta(days=5)
"""Longer than the plan of attempts in `activities/requests.py`, which names each pause itself."""
REQUEST_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=5),
    backoff_coefficient=3,
    maximum_interval=timedelta(minutes=10),
)
"""For an attempt that gave no sign of life, such as one whose worker was killed."""

READ_TIMEOUT = timedelta(minutes=1)
"""Of sixteen messages; the first ones wait until the reader is loaded."""
READ_FOR = timedelta(hours=24)
"""How long somebody tries to read a customer's words before the case goes on without."""
READ_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=2),
    backoff_coefficient=3,
    maximum_interval=timedelta(minutes=15),
)
READ_AT_ONCE = 16
"""Messages of one case that are read together."""

SECOND_TIMEOUT = timedelta(seconds=75)
"""Longer than the longest deadline of a language model, which is a minute."""
SECOND_FOR = timedelta(minutes=10)
"""After that the case has gone on, and our own reading is as good."""
SECOND_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=2)
"""For a worker that died with it."""

ASSIST_TIMEOUT = timedelta(seconds=150)
"""Of one try to have words written. The deed has a shorter deadline of its own, a setting."""
ASSIST_FOR = timedelta(minutes=6)
ASSIST_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=2)
"""For a worker that died with it."""

ASSIST_START = timedelta(seconds=2)
"""How long the API waits for Temporal to take an assist."""

PRIORITY = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 3, Severity.LOW: 4}
"""Temporal's priority keys: 1 goes first."""

LIST_TIMEOUT = timedelta(seconds=20)
"""Of one page of Temporal's list."""

AUDIT_TIMEOUT = timedelta(minutes=4)
AUDIT_SILENCE = timedelta(seconds=15)
"""An audit whose worker gives no sign of life for so long is made by another one."""
AUDIT_RETRY = RetryPolicy(initial_interval=timedelta(seconds=1), maximum_attempts=3)
AUDIT_FOR = timedelta(minutes=9)
"""An audit that hangs is over then, and keeps the next one away no longer."""

SIGN_TIMEOUT = timedelta(seconds=15)
SIGN_RETRY = RetryPolicy(initial_interval=timedelta(seconds=2), maximum_attempts=3)
