"""How the tables came to be, step by step. Expand first, contract later: old code may still run."""
