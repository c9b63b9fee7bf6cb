"""TIME. Orchestration only: what waits, for what, and what ends the wait."""
