"""A child never outlives its supervisor, not even one that was killed with -9.

Rule: on Linux the kernel itself signals the child when its parent ends (PR_SET_PDEATHSIG). This
file is run as a small program that gives up root's rights when told to, asks for that signal, and
becomes the child's program: same process, same id. In that order, because a change of user makes
the kernel forget. It is a program because Python between fork and exec is not safe beside threads.
Awkward case: a parent that died just before; then it ends itself.
Elsewhere, `supervisor.leftovers` ends such children at the next start.
"""

import ctypes  # before the user changes, who may not be able to read it
import os
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
OURSELVES = -1
CANNOT_RUN = 127


def tethered(
    command: Sequence[str], last_signal: int, uid: int | None, gid: int | None
) -> list[str]:
    """The command that becomes `command`, as user `uid` (None: ourselves), tethered to us."""
    words = [last_signal, os.getpid(), *(OURSELVES if who is None else who for who in (uid, gid))]
    return [sys.executable, "-I", "-S", __file__, *map(str, words), *command]


def become(last_signal: int, parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Turn this process into `command`. Returns only when that cannot be."""
    if uid != OURSELVES:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, last_signal, 0, 0, 0)
    if os.getppid() != parent:
        return
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    try:
        last_signal, parent, uid, gid = map(int, sys.argv[1:5])
        become(last_signal, parent, uid, gid, sys.argv[5:])
    except OSError as error:
        sys.stderr.write(f"{sys.argv[5]}: {error.strerror}\n")
    sys.exit(CANNOT_RUN)
