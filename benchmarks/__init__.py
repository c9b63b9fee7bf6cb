"""How fast it is, beside the bare limit of the same machine at the same moment."""
