"""A prompt: the instructions for one task of a language model, as a versioned content file."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from models.frozen import Frozen
from models.guidance_facts import Placeholders
from models.text import Text

CANARY = "{canary}"
"""Where a prompt has the secret mark of the request."""


class PromptTask(StrEnum):
    """What a language model is asked for."""

    GUIDANCE = "guidance"
    RESPONSE = "response"
    SENTIMENT = "sentiment"


class PromptOutput(StrEnum):
    """The model that an answer must fit."""

    GUIDANCE_DRAFT = "GuidanceDraft"
    RESPONSE_DRAFT = "ResponseDraft"
    SENTIMENT_DRAFT = "SentimentDraft"


OUTPUT_OF = {
    PromptTask.GUIDANCE: PromptOutput.GUIDANCE_DRAFT,
    PromptTask.RESPONSE: PromptOutput.RESPONSE_DRAFT,
    PromptTask.SENTIMENT: PromptOutput.SENTIMENT_DRAFT,
}


class PromptFile(Frozen):
    """The instructions for one task."""

    task: PromptTask
    version: Annotated[int, Field(ge=1)]
    """Raised whenever the text changes, so that an answer can be traced to its prompt."""

    output: PromptOutput
    max_tokens: Annotated[int, Field(ge=50, le=2000)]
    """How long an answer may be."""

    text: Annotated[Text, Field(max_length=8000)]
    """The instructions. `{canary}` stands in it exactly once."""

    @model_validator(mode="after")
    def _holds_together(self) -> "PromptFile":
        if self.output is not OUTPUT_OF[self.task]:
            raise ValueError(f"the task {self.task} has the output {OUTPUT_OF[self.task]}")
        if self.text.count(CANARY) != 1:
            raise ValueError(f"{CANARY} must stand in the text exactly once")
        return self

    @property
    def name(self) -> str:
        """`guidance@1`."""
        return f"{self.task}@{self.version}"


class Prompt(Frozen):
    """What is sent, and what is needed to read the answer."""

    name: str
    """`guidance@1`."""

    system: str
    """Our instructions, and nothing of anybody else's."""

    user: str
    """One JSON object: the facts, with placeholders for what is personal."""

    max_tokens: int
    output: PromptOutput
    placeholders: Placeholders
    """Never sent."""
