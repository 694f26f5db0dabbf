"""The checks, a file per subject; each file lists its own in `CHECKS`."""
