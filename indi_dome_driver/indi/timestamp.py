"""Timestamps in the one form that KStars shows messages with."""

import math
from datetime import UTC, datetime


def timestamp(unix_s: float) -> str:
    """Write a moment as INDI does.

    Args:
        unix_s: seconds since 1970-01-01 UTC; fractions are cut off.

    Returns:
        UTC as ``YYYY-MM-DDThh:mm:ss``, always 19 characters: KStars finds the level of a message by counting them.

    Raises:
        ValueError, OverflowError: outside the years 1 to 9999.
    """
    return datetime.fromtimestamp(math.floor(unix_s), tz=UTC).isoformat(timespec="seconds")[:19]
