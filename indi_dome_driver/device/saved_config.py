"""The user's saved settings in INDI's own file format: a list of new*Vector, as a client would send them."""

import os
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

from indi_dome_driver.damaged_file import keep_aside
from indi_dome_driver.durable import exchange
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Item, Message
from indi_dome_driver.indi.vectors import Vector

MAX_BYTES = 1 << 20
COMMANDS = ("newSwitchVector", "newNumberVector", "newTextVector")


class SavedConfigError(Exception):
    """Report that the file cannot be read or written; the message names it and the reason."""


class NothingSavedError(SavedConfigError):
    """Report that there is no such file yet."""


class SavedConfig:
    """The file of one device, and its `.default` sibling."""

    def __init__(self, path: Path, device: str) -> None:
        self.path = path
        self.default_path = path.with_name(path.name + ".default")
        self._device = device

    def load(self, *, default: bool = False) -> list[Message]:
        """Read the saved commands of our device.

        Args:
            default: read the `.default` copy instead.

        Raises:
            SavedConfigError: no such file (NothingSavedError), unreadable, or damaged.
        """
        return _parsed(self._read(default=default), self._path(default=default), self._device)

    def keep_default(self) -> None:
        """Make the `.default` copy of what is saved, unless there is one.

        Raises:
            SavedConfigError: it cannot be written, or nothing is saved.
        """
        if not os.path.exists(self.default_path):  # no error for a name that is too long: writing will tell
            self._write(self.default_path, self._read(), sync=False)

    def save(
        self, vectors: Iterable[Vector], *, keep: Container[str] | None = None, default: bool = True, sync: bool = False
    ) -> Path | None:
        """Write the vectors by rename.

        Args:
            vectors: what to save.
            keep: names that stay as they were saved before if they are not among the vectors; None: all.
            default: also make the `.default` copy if there is none.
            sync: wait until the disk has it; not while the dome moves, for it can take a second.

        Returns:
            Where a damaged file was put aside, or None when there was none.

        Raises:
            SavedConfigError: the folder or file is not writable, or what stands there can neither be read nor be kept.
        """
        ours = {each.name: self._command(each) for each in vectors}
        try:
            content = self._read()
        except NothingSavedError:
            content = b""
        aside, old = None, []
        try:
            old = _parsed(content, self.path, self._device) if content.strip() else []
        except SavedConfigError as damage:
            try:
                aside = keep_aside(self.path, content)
            except OSError as error:
                raise SavedConfigError(f"{damage}, and cannot be copied aside: {error.strerror or error}") from error
        kept = {each.name or "": each for each in old if keep is None or each.name in keep}
        commands = {name: element(each.tag, each.attributes, each.items) for name, each in kept.items()} | ours
        content = b"<INDIDriver>\n" + b"".join(commands.values()) + b"</INDIDriver>\n"
        if default and not os.path.exists(self.default_path):
            self._write(self.default_path, content, sync=sync)
        self._write(self.path, content, sync=sync)
        return aside

    def purge(self) -> None:
        """Delete the saved file (not the default).

        Raises:
            SavedConfigError: there is none, or it cannot be deleted.
        """
        try:
            self.path.unlink()
        except OSError as error:
            raise SavedConfigError(f"cannot delete {self.path}: {error.strerror or error}") from error

    def complaint(self, user: int) -> str:
        """Say why saving will not work, as long as nothing is saved.

        Args:
            user: numeric id of the user who runs the driver; 0, root, may do everything.

        Returns:
            What is wrong and how to mend it, or "".
        """
        folder = self.path.parent
        for path in (folder, self.path):
            with suppress(OSError):
                if user != 0 and path.stat().st_uid == 0:
                    return (
                        f"{path} belongs to root, probably since INDI was once started with sudo: settings may not be "
                        f"saved. Mend it with: sudo chown -R $USER {folder}"
                    )
        return ""

    def _path(self, *, default: bool) -> Path:
        return self.default_path if default else self.path

    def _read(self, *, default: bool = False) -> bytes:
        path = self._path(default=default)
        try:
            with path.open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except (FileNotFoundError, NotADirectoryError):
            raise NothingSavedError(f"there is no {path}: nothing was saved yet") from None
        except OSError as error:
            raise SavedConfigError(f"cannot read {path}: {error.strerror or error}") from error

    def _command(self, vector: Vector) -> bytes:
        items = [Item(f"one{vector.kind}", {"name": each.name}, each.text()) for each in vector.elements]
        return element(f"new{vector.kind}Vector", {"device": self._device, "name": vector.name}, items)

    def _write(self, path: Path, content: bytes, *, sync: bool) -> None:
        if len(content) > MAX_BYTES:
            raise SavedConfigError(f"cannot write {path}: {len(content)} bytes are more than could be read again")
        try:
            exchange(path, content, sync=sync)
        except OSError as error:
            raise SavedConfigError(f"cannot write {path}: {error.strerror or error}") from error


def _parsed(content: bytes, path: Path, device: str) -> list[Message]:
    if len(content) > MAX_BYTES or b"<!DOCTYPE" in content:
        raise SavedConfigError(f"{path} is not a file that INDI saved")
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - bounded, no DTD, the user's own file
    except (ElementTree.ParseError, ValueError, LookupError) as error:  # the last two: an unreadable encoding
        raise SavedConfigError(f"{path} is damaged: {error}") from error
    return [
        Message(each.tag, dict(each.attrib), tuple(Item(i.tag, dict(i.attrib), (i.text or "").strip()) for i in each))
        for each in root
        if each.get("device") == device and each.tag in COMMANDS
    ]
