"""Settings and logging. Only the roots (`worker.py`, `api/app.py`, `cli.py`) import this room."""
