"""A playbook as a document: the hash it is known by, and the schema it is written against."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel

from models.playbook import Playbook


def document_hash(document: BaseModel) -> str:
    """SHA-256 of what the document says, in hexadecimal.

    It does not depend on the order of keys, on spelling (`60m` is `1h`), or on whether a default
    is written down; so a field that is added to the model later changes no hash.
    """
    said = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def playbook_json_schema() -> dict[str, Any]:
    """The JSON Schema of a playbook, for editors. Text such as `15m` is a duration in it."""
    return Playbook.model_json_schema()


def schema_text() -> str:
    """The schema as it stands in `playbooks/schema.json`."""
    return json.dumps(playbook_json_schema(), indent=1, sort_keys=True) + "\n"
