"""THE RULES. Pure functions: models and `now` in, models out. No clock, no I/O, no framework."""
