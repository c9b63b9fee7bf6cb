"""HOW NOUNS ARE KEPT. The only SQLAlchemy of the house; rows never leave this room."""
