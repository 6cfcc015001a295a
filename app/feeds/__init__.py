"""What callers keep for themselves, and who is told of changes."""
