"""INDI driver for a rotating observatory dome."""

__version__ = "0.1.0"
