"""What the commands of `tracker` do; `app.cli` says how they are called."""
