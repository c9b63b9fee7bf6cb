"""The one shape of every noun: frozen, strict about unknown fields, documented under each field."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value. It never changes; a changed one is a new one. Unknown fields are refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        allow_inf_nan=False,
    )
