"""INDI client that keeps a dome's slit in front of the telescope, and the `indi-dome` command."""
