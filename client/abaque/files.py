"""Writes what a person asked for, but never over what they have."""

import os
import tempfile
from pathlib import Path

import typer

from client.commands.runner import EXIT_FAILED


def suffix_of(path: Path, known: tuple[str, ...]) -> str:
    """Tell the kind of a file by its name.

    Args:
        path: the file.
        known: suffixes that can be written.

    Returns:
        The suffix in lower case.

    Raises:
        typer.BadParameter: another one; says which are known.
    """
    suffix = path.suffix.lower()
    if suffix not in known:
        raise typer.BadParameter(f"{path}: the name must end with {' or '.join(known)}")
    return suffix


def write_file(path: Path, data: bytes, *, force: bool) -> None:
    """Write a file whole or not at all.

    Args:
        path: where.
        data: its contents.
        force: also where a file stands already.

    Raises:
        typer.Exit: 1 after the reason was written to stderr.
    """
    if not force and path.exists():
        typer.echo(f"indi-dome: {path} is there already: choose another name, or --force to replace it", err=True)
        raise typer.Exit(EXIT_FAILED)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent or Path())
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            umask = os.umask(0)
            os.umask(umask)
            Path(name).chmod(0o666 & ~umask)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        typer.echo(f"indi-dome: {path} cannot be written: {error.strerror or error}", err=True)
        raise typer.Exit(EXIT_FAILED) from None
