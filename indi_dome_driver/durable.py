"""Exchange a file so that a crash or a power cut leaves the old one or the new one."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

USUAL_MODE = 0o644
PREFIX = ".indi_dome_driver."
STALE_S = 60.0
"""No exchange takes so long: what is older was left by a process that was killed in the middle of one."""


def exchange(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file by rename; its folder is made where it is missing, and a link is followed.

    Args:
        path: of the file; its permissions are kept.
        content: all of it.
        sync: wait until the disk has file and name; without, a power cut may still undo it. It can take a second.

    Raises:
        OSError: it cannot be written; the old file is as it was.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    # The name of a device may be as long as a file's name can be: the temporary one must not be longer.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=PREFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fchmod(file.fileno(), _mode(target))
            if sync:
                os.fsync(file.fileno())
        os.replace(name, target)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise
    if sync:
        sync_folder(target.parent)


def sweep(folder: Path, now_s: float) -> None:
    """Delete what killed processes left half written.

    Args:
        folder: where files were exchanged; need not exist.
        now_s: Unix seconds.
    """
    with suppress(OSError):
        for path in folder.glob(f"{PREFIX}*"):
            if path.stat().st_mtime < now_s - STALE_S:
                path.unlink()


def _mode(path: Path) -> int:
    try:
        return path.stat().st_mode & 0o777
    except OSError:
        return USUAL_MODE


def sync_folder(folder: Path) -> None:
    """Have new names written too; some file systems cannot, and then it is as good as it gets.

    Args:
        folder: where a file was made or exchanged.
    """
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
