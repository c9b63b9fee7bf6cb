"""What the audits found, as lines for an operator. It needs the database and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.audit import advice, verdict
from models.audit import Finding
from models.store.repositories import audits
from models.store.session import Store

_MOST = 50
_OVER_FOR = timedelta(days=1)


@dataclass(frozen=True)
class Told:
    """Whether all is well, and what to print."""

    well: bool
    lines: tuple[str, ...]


async def read_audits(store: Store) -> Told:
    """What is wrong, which case, and what to do; then what was put right today."""
    now = datetime.now(UTC)
    async with store.transaction() as connection:
        latest = await audits.latest(connection)
        last_good_at = await audits.last_good_at(connection)
        wrong = await audits.unhealed(connection, _MOST)
        over = await audits.over(connection, now - _OVER_FOR, _MOST)
    said = verdict(latest, last_good_at, now)
    lines = [said.words]
    for one in wrong:
        lines += ["", f"{_mark(one)} {one.detail}", f"      {_since(one)}"]
        if one.accepted_at is None:
            lines += [f"      {advice(one.kind)}", f"      Its name: {one.identity}"]
    if any(one.accepted_at is None for one in wrong):
        lines += ["", "What cannot be mended and is known: rightnow audit --accept NAME"]
    if healed := [one for one in over if one.healed_at is not None]:
        lines += ["", "Put right within the last day:"]
        lines += [f"  {one.healed_at:%H:%M} UTC  {one.detail}" for one in healed]
    if latest is not None:
        seen = ", ".join(f"{n} {what}" for what, n in latest.looked_at.items())
        lines += ["", f"The latest audit looked at: {seen}."]
    return Told(well=said.well, lines=tuple(lines))


def _since(one: Finding) -> str:
    times = "once" if one.times == 1 else f"{one.times} times"
    return f"Since {one.first_seen_at:%Y-%m-%d %H:%M} UTC, found {times}."


def _mark(one: Finding) -> str:
    return "known" if one.accepted_at else "WRONG"


async def accept(store: Store, identity: str) -> bool:
    """Have a finding raise no alarm, for as long as it says the same. False when there is none."""
    async with store.transaction() as connection:
        return await audits.accept(connection, identity, datetime.now(UTC))
