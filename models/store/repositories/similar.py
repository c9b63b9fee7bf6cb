"""Cases that are like another one: the nearest by meaning, or by words.

Rule: what may be found is chosen first (over, of the type, not the case itself) and all of it is
compared, without an approximate index. Such an index looks at the nearest of everything and filters
then, so a rare type would find nothing. To compare all of 10,000 takes a few milliseconds.
"""

from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import (
    Cast,
    ColumnElement,
    Float,
    Numeric,
    Select,
    String,
    cast,
    column,
    func,
    literal,
    select,
    text as text_of,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from models.escalation import EscalationType
from models.similar import CaseOrigin, SimilarCase
from models.store.tables.content import CONTENTS
from models.store.tables.escalation import ESCALATIONS
from models.store.tables.similar import CASE_VECTORS, IMPORTED_CASES
from models.store.vectors import Vector

FLOOR = 0.45
"""A cosine below which a case is not like another one. Measured: docs/how-to/similar-cases.md."""

LONGEST_QUESTION = 4_000
"""Characters of a text whose words are looked for."""

MOST_WORDS = 24
"""Different words of a text that are looked for: each costs a look at every case that has it."""

PATIENCE = timedelta(milliseconds=100)
"""So long a search by words may take. Guidance waits for it, and guidance is there at once."""

_V = CASE_VECTORS.c
_E = ESCALATIONS.c
_I = IMPORTED_CASES.c
Found = Select[tuple[UUID, float]]


async def own_vector(
    connection: AsyncConnection, case_id: UUID
) -> tuple[tuple[float, ...], str] | None:
    """The vector of a live case, with its model's name; None while there is none."""
    query = select(_V.vector, _V.model).where(
        _V.escalation_id == case_id, _V.vector.is_not(None), _V.model.is_not(None)
    )
    row = (await connection.execute(query)).one_or_none()
    return (row.vector, row.model) if row else None


def nearest(
    vector: tuple[float, ...],
    model: str,
    type_: EscalationType | None,
    limit: int,
    *,
    floor: float = FLOOR,
    but: UUID | None = None,
) -> Found:
    """The cases nearest in meaning, by cosine to four places; of equal ones the newest first.

    Only those whose vector is of the same model: numbers of two models say nothing of each other.
    """
    asked = literal(vector, Vector())
    far = cast(_V.vector.op("<=>")(cast(asked, Vector())), Float)
    chosen = _over(type_, but).where(_V.model == model, _V.vector.is_not(None))
    first = (
        chosen.add_columns(far.label("far"))
        .order_by(far, _V.ended_at.desc())
        .limit(limit + _MORE)
        .subquery()
    )
    near = _places(1 - first.c.far)
    return (
        select(first.c.id, cast(near, Float).label("similarity"))
        .where(near >= floor)
        .order_by(near.desc(), first.c.ended_at.desc(), first.c.id)
        .limit(limit)
    )


_MORE = 20
"""So many more are put into their order by cosine to four places, for it costs time for each."""


def by_words(
    text: str,
    type_: EscalationType | None,
    limit: int,
    *,
    but: UUID | None = None,
    ranked_by: Literal["ts_rank", "ts_rank_cd"] = "ts_rank",
) -> Found:
    """The cases that share words with a text, stemmed and without stop words: any of them counts.

    To ask for all of them, as `plainto_tsquery` does, finds nothing for a text of some sentences.
    The more words, the rarer in their places and the nearer together, the higher the rank, which is
    made smaller for long texts and brought between 0 and 1. Of a long text those words are looked
    for that most cases have (docs/how-to/similar-cases.md says why not the rare ones).
    """
    lexeme = func.unnest(func.to_tsvector("english", text[:LONGEST_QUESTION]))
    each = lexeme.table_valued("lexeme", "positions", "weights").render_derived()
    usual = _USUAL.cte("usual")
    wanted = (
        select(each.c.lexeme)
        .select_from(each.outerjoin(usual, usual.c.lexeme == each.c.lexeme))
        .order_by(
            usual.c.share.desc().nulls_last(), func.length(each.c.lexeme).desc(), each.c.lexeme
        )
        .limit(MOST_WORDS)
        .subquery()
    )
    doubled = func.replace(func.replace(wanted.c.lexeme, "\\", "\\\\"), "'", "''")
    quoted = literal("'").concat(doubled).concat("'")
    asked = (
        select(cast(func.string_agg(quoted, " | "), TSQUERY).label("words"))
        .select_from(wanted)
        .cte("asked")
        .prefix_with("MATERIALIZED")
    )
    rank = getattr(func, ranked_by)(_V.words, asked.c.words, _LENGTH | _BELOW_ONE)
    return (
        _over(type_, but)
        .join(asked, _V.words.bool_op("@@")(asked.c.words))
        .with_only_columns(_V.id, cast(_places(rank), Float).label("similarity"))
        .order_by(rank.desc(), _V.ended_at.desc(), _V.id)
        .limit(limit)
    )


_USUAL = text_of(
    """
    SELECT one.lexeme, one.share FROM pg_stats AS told, unnest(
        told.most_common_elems\\:\\:text\\:\\:text[], told.most_common_elem_freqs
    ) AS one(lexeme, share)
    WHERE told.schemaname = current_schema() AND told.tablename = 'case_vectors'
        AND told.attname = 'words'
    """
).columns(column("lexeme", String), column("share", Float))
"""Which part of all cases has a word, of the thousand most usual ones: PostgreSQL counts it by
the way (`ANALYZE`). Before it did, the longest words are looked for."""

_LENGTH, _BELOW_ONE = 1, 32
"""How `ts_rank` counts: divided by 1 + the logarithm of the length; then by itself + 1."""


async def read_in_time(connection: AsyncConnection, found: Found) -> list[SimilarCase] | None:
    """The same within `PATIENCE`; None when it took longer. In a transaction, which goes on."""
    inner = await connection.begin_nested()
    try:
        limit = f"{PATIENCE // timedelta(milliseconds=1)}ms"
        await connection.execute(select(func.set_config("statement_timeout", limit, True)))
        return await read(connection, found)
    except DBAPIError as error:
        if isinstance(error.orig, QueryCanceled):
            return None
        raise
    finally:
        await inner.rollback()  # nothing was written; the limit goes with it


async def read(connection: AsyncConnection, found: Found) -> list[SimilarCase]:
    """What is told of the cases that such a query finds, in its order."""
    best = found.subquery()
    title = func.coalesce(CONTENTS.c.text, _I.title).label("title")
    query = (
        select(
            _V.escalation_id, _V.imported_id, _V.type, _V.outcome, _V.approach, _V.ended_at,
            _E.number, title, best.c.similarity,
        )
        .select_from(best)
        .join(CASE_VECTORS, _V.id == best.c.id)
        .outerjoin(ESCALATIONS, _E.id == _V.escalation_id)
        .outerjoin(CONTENTS, CONTENTS.c.id == _E.title_id)
        .outerjoin(IMPORTED_CASES, _I.id == _V.imported_id)
        .order_by(best.c.similarity.desc(), _V.ended_at.desc(), _V.id)
    )  # fmt: skip
    return [_case(row._asdict()) for row in await connection.execute(query)]


def _over(type_: EscalationType | None, but: UUID | None) -> Select[tuple[UUID, object]]:
    """Cases whose outcome is known: not those that were cancelled or merged, for they have none."""
    query = select(_V.id, _V.ended_at).where(_V.outcome.is_not(None))
    if type_ is not None:
        query = query.where(_V.type == type_)
    if but is not None:
        query = query.where(_V.escalation_id.is_distinct_from(but))
    return query


def _places(number: ColumnElement[float]) -> ColumnElement[object]:
    """A number to four places: what is no difference for people is none for the order."""
    exact: Cast[object] = cast(number, Numeric)
    return func.greatest(0, func.least(1, func.round(exact, 4)))


def _case(told: dict[str, Any]) -> SimilarCase:
    live, imported = told.pop("escalation_id"), told.pop("imported_id")
    source = CaseOrigin.LIVE if live is not None else CaseOrigin.IMPORTED
    return SimilarCase(id=live or imported, source=source, **told)
