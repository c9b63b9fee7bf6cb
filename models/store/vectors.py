"""Vectors in PostgreSQL: the type of the extension pgvector, and the column that needs it.

Rule: a database without pgvector works. The extension may be made by a superuser only; where it is
not there, the column is not there, similar cases are found by words alone, and no migration fails.
When somebody makes the extension, the next `rightnow prepare` or `rightnow up` adds the column.
"""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Dialect, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import UserDefinedType

DIMENSIONS = 384
"""Of the vectors that are kept. A model with another number needs a column of its own."""


class Vector(UserDefinedType[Sequence[float]]):
    """A vector of so many numbers."""

    cache_ok = True

    def __init__(self, dimensions: int = DIMENSIONS) -> None:
        self.dimensions = dimensions

    def get_col_spec(self, **_: Any) -> str:
        """The type's name in PostgreSQL."""
        return f"vector({self.dimensions})"

    def bind_processor(self, dialect: Dialect) -> Callable[[Sequence[float] | None], str | None]:  # noqa: ARG002
        """Numbers as pgvector reads them, `[0.1,0.2]`: nine digits are all that it keeps."""

        def told(numbers: Sequence[float] | None) -> str | None:
            return None if numbers is None else f"[{','.join(f'{one:.9g}' for one in numbers)}]"

        return told

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002
        coltype: object,  # noqa: ARG002
    ) -> Callable[[str | None], tuple[float, ...] | None]:
        """And back."""

        def read(told: str | None) -> tuple[float, ...] | None:
            return None if told is None else tuple(map(float, told.strip("[]").split(",")))

        return read


ischema_names["vector"] = Vector  # so that a migration's check knows it

ADD_VECTORS = f"""
DO $$ BEGIN
    BEGIN
        CREATE EXTENSION IF NOT EXISTS vector;
    EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file THEN
        RAISE NOTICE 'pgvector is not here: similar cases are found by words alone';
    END;
    IF to_regtype('vector') IS NOT NULL AND to_regclass('case_vectors') IS NOT NULL
        AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('case_vectors')
                        AND attname = 'vector' AND NOT attisdropped) THEN
        ALTER TABLE case_vectors ADD COLUMN vector vector({DIMENSIONS});
        ALTER TABLE case_vectors ALTER COLUMN vector SET STORAGE PLAIN;
    END IF;
END $$
"""
"""Safe to repeat. All vectors are read for each question: they lie in their rows, for to fetch each
from beside its table takes longer than to compare it."""

NO_VECTORS = (
    "PostgreSQL has no pgvector here. Have its superuser run CREATE EXTENSION vector in this"
    " database, and then run: rightnow prepare"
)

_READY = text(
    "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('case_vectors')"
    " AND attname = 'vector' AND NOT attisdropped)"
)


async def can_keep_vectors(connection: AsyncConnection) -> bool:
    """Whether this database has pgvector, and the column."""
    return bool((await connection.execute(_READY)).scalar_one())
