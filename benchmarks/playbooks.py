"""Playbooks to measure with. Cases find them by a word in their title."""

import asyncio

from domain.playbook import document_hash
from models.playbook import Playbook
from models.store.repositories import playbooks
from models.store.session import Store
from upkeep.library import bring_up_to_date

LONG = 30
SHORT = 5


def playbook(word: str, count: int) -> Playbook:
    """`count` calls, one after the other; the last one resolves the case."""
    steps = [
        {
            "id": f"call-{index:02}",
            "kind": "call",
            "title": "Call {customer.first_name} now",
            "why": "A voice is faster and kinder than a note.",
            "due": {"within": "4h"},
            "minutes": 10,
            "script": {
                "opening": "Hi {customer.first_name}, this is {agent.first_name}. I am sorry.",
                "key_points": ["Listen to the end.", "Say it back.", "Ask what would help."],
                "closing": "Thank you. I will call you back today.",
            },
            "outcomes": [
                {"id": "reached", "label": "We talked", "contact": True},
                {"id": "no-answer", "label": "No answer"},
            ],
            "on_outcome": {"reached": {"resolve": True}} if index == count else {},
        }
        for index in range(1, count + 1)
    ]
    return Playbook.model_validate(
        {
            "slug": word,
            "name": f"{count} calls",
            "summary": "Made to be measured.",
            "triggers": {
                "priority": 1000,
                "when": {"field": "text", "op": "mentions", "value": [word]},
            },
            "win_condition": "It was fast.",
            "what_not_to_do": ["Do not wait."],
            "success": {"successes": 1, "trials": 2, "source": "a guess, not measured"},
            "resolution_hours": 1,
            "steps": steps,
        }
    )


LONG_WORD = "benchlong"
SHORT_WORD = "benchshort"
BOOKS = (playbook(LONG_WORD, LONG), playbook(SHORT_WORD, SHORT))


def furnish(url: str) -> None:
    """Tables, the library, and the playbooks to measure with."""
    bring_up_to_date(url)

    async def publish() -> None:
        store = Store(url, pool=1)
        try:
            async with store.transaction() as connection:
                for book in BOOKS:
                    await playbooks.publish(connection, book, document_hash(book))
        finally:
            await store.close()

    asyncio.run(publish())
