"""Words for the server's log. They may get lost but never do harm: after a crash of the server stderr is gone."""

import sys
import traceback
from contextlib import suppress


def note(text: str) -> None:
    """Write a line to stderr, or nowhere if nobody reads it any more."""
    with suppress(OSError, ValueError):
        print(text[:500], file=sys.stderr, flush=True)


def note_exception() -> None:
    """Write the traceback of the exception being handled to stderr, or nowhere."""
    with suppress(OSError, ValueError):
        traceback.print_exc(file=sys.stderr)
