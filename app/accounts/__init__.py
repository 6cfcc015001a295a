"""Who may call, and what they may do: tokens, and what a caller is told of themselves."""
