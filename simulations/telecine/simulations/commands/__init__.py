"""What the command line can do: one file a command, each a `run(…) -> int` that answers the exit status."""
