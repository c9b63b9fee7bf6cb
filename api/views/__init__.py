"""What callers see: nouns put into words for people, with names and times instead of ids."""
