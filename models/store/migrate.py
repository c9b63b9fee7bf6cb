"""Bring a database to the newest form of its tables."""

from pathlib import Path

from alembic import command
from alembic.config import Config

_SCRIPTS = Path(__file__).parent / "migrations"


def alembic_config(url: str) -> Config:
    """Alembic's configuration for one database. No file, no environment."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    return config


def migrate(url: str) -> None:
    """Run every migration that this database has not had. Safe to call twice, and at once."""
    command.upgrade(alembic_config(url), "head")
