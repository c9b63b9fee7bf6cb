"""Payload keys of tests: an old one and the one that followed it."""

from models.payload_key import KEY_BYTES, PayloadKey

OLD = PayloadKey(id="2025", secret=b"o" * KEY_BYTES)
NEW = PayloadKey(id="2026", secret=b"n" * KEY_BYTES)
KEYS = (NEW, OLD)
