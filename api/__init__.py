"""THE DOOR. It checks who asks and what, keeps every request safe, and answers."""
