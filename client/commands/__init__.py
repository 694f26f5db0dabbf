"""The subcommands of `indi-dome`, one module per group."""
