"""What an agent sees: answers of the API put on a screen. Nothing here asks or changes anything."""
