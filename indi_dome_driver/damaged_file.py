"""Keeping what cannot be read: a damaged file of the user's is copied aside before anybody writes over it."""

import errno
from pathlib import Path

MOST = 20
"""Different damaged versions that are kept; a disk that mangles every file must not fill the card."""


def keep_aside(path: Path, content: bytes) -> Path:
    """Copy a damaged file beside itself, once.

    Args:
        path: the damaged file.
        content: what was read from it.

    Returns:
        Where the copy is; one with the same content that is there already counts.

    Raises:
        OSError: the copy cannot be written, or too many are there already.
    """
    for number in range(MOST):
        aside = path.with_name(f"{path.name}.damaged{number or ''}")
        try:
            with aside.open("xb") as file:
                file.write(content)
        except FileExistsError:
            if aside.read_bytes() != content:
                continue
        return aside
    raise OSError(errno.EEXIST, f"{MOST} damaged versions are kept already ({path.name}.damaged...): remove them")
