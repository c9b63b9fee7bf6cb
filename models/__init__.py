"""THE NOUNS. Frozen Pydantic models without I/O; everything else speaks in them."""
