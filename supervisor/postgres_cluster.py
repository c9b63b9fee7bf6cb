"""Making the cluster, once.

Rule: `initdb` works in a directory beside and the whole is renamed, so a kill in between leaves
nothing half made. Passwords from the first moment: scram for every way in, also the socket.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from supervisor.directories import make_directory
from supervisor.errors import StartError
from supervisor.postgres_home import Home
from supervisor.spec import bare_environment

OWNER = "postgres"
LETTERS = ("C.UTF-8", "C.utf8", "en_US.UTF-8", "C")
LONGEST_SOCKET = 90


def make_cluster(home: Home, password: str) -> None:
    """Make the cluster unless it exists: checksums, UTF-8, the same order of letters everywhere.

    LC_CTYPE must know letters beyond ASCII, or pg_trgm skips them: no one would find "Müller".
    Its names differ between systems, so they are tried in turn.
    """
    if home.data.exists():
        return
    staging = home.place / "new"
    complaint = ""
    for letters in LETTERS:
        if staging.exists():
            shutil.rmtree(staging)
        complaint = _initdb(home, staging, password, letters)
        if not complaint:
            staging.rename(home.data)
            return
    raise StartError(f"PostgreSQL's data could not be made in {home.place}:\n{complaint}")


def reset_password(home: Home, password: str) -> None:
    """Give the owner a new password when its file was lost; the data stay. Server must be down."""
    statement = f"ALTER ROLE {OWNER} PASSWORD '{password}'\n"
    command = [home.program("postgres"), "--single", "-D", str(home.data), OWNER]
    complaint = _run(home, command, statement)
    if complaint:
        raise StartError(f"PostgreSQL's password could not be renewed:\n{complaint}")


def socket_dir(home: Home, port: int) -> Path:
    """A directory for the socket that only PostgreSQL's user may enter.

    It lies beside the data; when that path is longer than a socket's may be, in the directory for
    temporary files, under a name nobody can guess, and is found again at the next start.
    """
    beside = home.place / "socket"
    if len(f"{beside}/.s.PGSQL.{port}") <= LONGEST_SOCKET:
        return make_directory(beside, account=home.account)
    pointer = home.place / "socket-is-in"
    user = home.account.uid if home.account else os.geteuid()
    if pointer.exists():
        known = Path(pointer.read_text())
        if not known.is_symlink() and known.is_dir() and _is_private(known, user):
            return known
    fresh = Path(tempfile.mkdtemp(prefix="rightnow-"))
    if home.account is not None:
        os.chown(fresh, home.account.uid, home.account.gid)
    pointer.write_text(str(fresh))
    return fresh


def _is_private(directory: Path, user: int) -> bool:
    found = directory.stat()
    return found.st_uid == user and found.st_mode & 0o077 == 0


def _initdb(home: Home, target: Path, password: str, letters: str) -> str:
    with tempfile.NamedTemporaryFile("w", dir=home.place, prefix="password-") as file:
        file.write(password)
        file.flush()
        if home.account is not None:
            os.fchown(file.fileno(), home.account.uid, home.account.gid)
        return _run(home, [
            home.program("initdb"), f"--pgdata={target}", f"--username={OWNER}",
            f"--pwfile={file.name}", "--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8",
            "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
            f"--lc-ctype={letters}", "--text-search-config=english",
        ])  # fmt: skip


def _run(home: Home, command: list[str], text: str = "") -> str:
    """What went wrong; empty when nothing did."""
    account = home.account
    done = subprocess.run(
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd=home.place,
        env=bare_environment(home.place),
        start_new_session=True,
        umask=0o077,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    return "" if done.returncode == 0 else (done.stderr or f"exit code {done.returncode}").strip()
