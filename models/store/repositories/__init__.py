"""All SQL, one file a noun. Every function takes a connection and never commits."""
