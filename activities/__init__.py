"""THE DEEDS. What touches the world. Thin classes, clients injected, each method idempotent."""
