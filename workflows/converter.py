"""The one data converter, for clients, workers, replays and tests: models as JSON, sealed.

It does what the SDK's own would, with less work for each payload: the SDK makes its payload
converters anew for every task, and with them forgets how each model is read.
"""

from collections.abc import Sequence
from copy import copy
from datetime import datetime
from typing import Self

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverter,
    DefaultFailureConverterWithEncodedAttributes,
    SerializationContext,
)

from models.payload_key import PayloadKey
from workflows.codec import Codec, Keyring


class Models(CompositePayloadConverter):
    """The SDK's converter of pydantic models, made once: nothing in it belongs to one use."""

    _parts = tuple(PydanticPayloadConverter().converters.values())

    def __init__(self) -> None:
        super().__init__(*self._parts)


class Converter(DataConverter):
    """The SDK's, whose copies for a workflow differ in the codec only."""

    def with_context(self, context: SerializationContext) -> Self:
        """The same converter with its codec at one workflow."""
        codec = self.payload_codec
        if not isinstance(codec, Codec):
            return super().with_context(context)
        here = copy(self)
        object.__setattr__(here, "payload_codec", codec.with_context(context))
        return here

    def __copy__(self) -> Self:
        here = object.__new__(type(self))
        here.__dict__.update(self.__dict__)
        return here


def data_converter(
    keys: Sequence[PayloadKey] = (), clear_until: datetime | None = None
) -> DataConverter:
    """Reads and writes everything that goes to Temporal.

    With keys, errors' words and traces are sealed like everything else. Payloads of cases that
    were opened before `clear_until` may be in clear.
    """
    sealed = DefaultFailureConverterWithEncodedAttributes
    return Converter(
        payload_converter_class=Models,
        payload_codec=Codec(Keyring(tuple(keys)), clear_until),
        failure_converter_class=sealed if keys else DefaultFailureConverter,
    )
