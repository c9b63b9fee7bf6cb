"""The agent's terminal: a client of the HTTP API, and of nothing else. A whole shift fits in it."""
