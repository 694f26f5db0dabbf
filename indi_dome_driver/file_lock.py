"""A file that several processes write takes turns by a lock file beside it."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LOCK_S = 2.0
"""How long another program may hold a file; nothing else of the driver goes on meanwhile."""


@contextmanager
def locked(path: Path, limit_s: float = LOCK_S) -> Iterator[None]:
    """Hold a lock while the context lasts.

    Args:
        path: the lock file; made where it is missing, and left.
        limit_s: how long to wait for other processes, seconds.

    Raises:
        OSError: another process keeps it, or the file cannot be made.
    """
    # Opened for reading alone: a lock file that root left behind serves as well.
    handle = os.open(path, os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        end_s = time.monotonic() + limit_s
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end_s:
                    raise OSError(errno.EAGAIN, f"another program holds {path}") from None
                time.sleep(0.001)  # often: who asks seldom is starved by other writers
        yield
    finally:
        os.close(handle)
