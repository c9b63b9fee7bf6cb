"""A whole Rightnow on one machine: PostgreSQL, Temporal, worker and API as our own children."""
