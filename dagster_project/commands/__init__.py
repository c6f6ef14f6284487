"""The subcommands of `modelboard`; the only code that reads the clock and the environment."""
