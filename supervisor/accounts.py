"""Under whom PostgreSQL runs.

Rule: PostgreSQL refuses to run as root, so root lends it an account without rights; everybody
else runs it as themselves. Awkward case: data that exist are served by their owner, whoever that
is, because we never change the owner or the mode of a directory that we did not create.
"""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from supervisor.errors import StartError

NAME = "rightnow-postgres"
STAND_INS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """A system user to whom a child process gives up our rights."""

    name: str
    uid: int
    gid: int

    def may(self, test: str, path: Path) -> bool:
        """Ask the system itself, as this user: `-x` to pass a directory, `-r` to read, `-w`."""
        question = ["/bin/sh", "-c", 'test "$0" "$1"', test, str(path)]
        answer = subprocess.run(
            question, user=self.uid, group=self.gid, extra_groups=[], cwd="/", check=False
        )
        return answer.returncode == 0


def account_for(place: Path) -> Account | None:
    """The account for the data in `place`, or None when we run PostgreSQL as ourselves."""
    if os.geteuid() != 0:
        return None
    if place.exists() and place.stat().st_uid != 0:
        return _entry(place.stat().st_uid)
    return _own() or _made() or _stand_in()


def _entry(who: int | str) -> Account:
    try:
        found = pwd.getpwuid(who) if isinstance(who, int) else pwd.getpwnam(who)
    except KeyError:
        if isinstance(who, int):
            return Account(str(who), who, who)
        raise
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _own() -> Account | None:
    try:
        return _entry(NAME)
    except KeyError:
        return None


def _made() -> Account | None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    command += ["--shell", "/usr/sbin/nologin", NAME]
    subprocess.run(command, check=False, capture_output=True, stdin=subprocess.DEVNULL)
    return _own()


def _stand_in() -> Account:
    for name in STAND_INS:
        try:
            account = _entry(name)
        except KeyError:
            continue
        if account.uid != 0:
            return account
    raise StartError(
        "PostgreSQL does not run as root, and this machine has no other user for it. "
        f"Mend it: useradd --system {NAME}"
    )
