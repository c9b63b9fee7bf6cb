"""The language model that the settings name, or the one that says that there is none.

The library that speaks to endpoints takes half a second and 20 MB. Only who has a model pays that.
"""

from typing import TYPE_CHECKING

from activities.ports import NoAnswer
from models.llm import Answered, Ask, LlmSetup, LlmTrouble
from models.store.session import Store

if TYPE_CHECKING:
    from activities.adapters.llm.client import LlmClient


class NoModel:
    """The LanguageModel of a house that has none."""

    async def ask(self, ask: Ask) -> Answered:  # noqa: ARG002 (whatever it is)
        """Raise NoAnswer: no model is set up."""
        raise NoAnswer(LlmTrouble.NOT_SET_UP)

    async def close(self) -> None:
        """There is nothing to close."""


def language_model(setup: LlmSetup | None, store: Store) -> "LlmClient | NoModel":
    """Whom deeds ask. Its keeper closes it."""
    if setup is None:
        return NoModel()
    from activities.adapters.llm.client import LlmClient

    return LlmClient(setup, store)
