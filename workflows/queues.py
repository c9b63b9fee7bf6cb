"""The task queues: each kind of work waits in a row of its own, and none holds up another.

`<queue>` has the cases themselves: workflow tasks, and what these wait for in the middle of an
answer. `<queue>-deliveries` has letters and notices: a silent mail server takes the places there,
and never the projection's. `<queue>-requests` has what is asked of other people's systems, which
may be slow for days. `<queue>-reading` has customers' words for the built-in reader,
`<queue>-second` the same ones for a language model, and `<queue>-assist` what people ask such a
model: it may be slow or away, and nothing waits for it. `<queue>-audit` has the auditor, which
looks whatever jams the others.
"""


def delivery_queue(task_queue: str) -> str:
    """Where letters and notices wait for a worker."""
    return f"{task_queue}-deliveries"


def request_queue(task_queue: str) -> str:
    """Where money and news for other systems wait for a worker."""
    return f"{task_queue}-requests"


def reading_queue(task_queue: str) -> str:
    """Where customers' words wait to be read."""
    return f"{task_queue}-reading"


def second_queue(task_queue: str) -> str:
    """Where words that were read wait for a language model."""
    return f"{task_queue}-second"


def assist_queue(task_queue: str) -> str:
    """Where what people ask a language model waits for a worker."""
    return f"{task_queue}-assist"


def audit_queue(task_queue: str) -> str:
    """Where audits wait for a worker: an older worker beside a new one does not know them."""
    return f"{task_queue}-audit"
