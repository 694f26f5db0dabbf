"""The user's saved settings in INDI's own file format: a list of new*Vector, as a client would send them."""

import os
import tempfile
from collections.abc import Container, Iterable
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Item, Message
from indi_dome_driver.indi.vectors import Vector

MAX_BYTES = 1 << 20


class SavedConfigError(Exception):
    """Report that the file cannot be read or written; the message names it and the reason."""


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
            SavedConfigError: no such file, unreadable, or damaged.
        """
        path = self.default_path if default else self.path
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            raise SavedConfigError(f"there is no {path}: nothing was saved yet") from None
        except OSError as error:
            raise SavedConfigError(f"cannot read {path}: {error.strerror or error}") from error
        if len(text) > MAX_BYTES or b"<!DOCTYPE" in text:
            raise SavedConfigError(f"{path} is not a file that INDI saved")
        try:
            root = ElementTree.fromstring(text)  # noqa: S314 - bounded, no DTD, the user's own file
        except (ElementTree.ParseError, ValueError, LookupError) as error:  # the last two: an unreadable encoding
            raise SavedConfigError(f"{path} is damaged: {error}") from error
        return [
            Message(
                each.tag, dict(each.attrib), tuple(Item(i.tag, dict(i.attrib), (i.text or "").strip()) for i in each)
            )
            for each in root
            if each.get("device") == self._device
        ]

    def save(self, vectors: Iterable[Vector], keep: Container[str] = ()) -> None:
        """Write the vectors by rename; the first save also makes the `.default` copy.

        Args:
            vectors: what exists now.
            keep: names that stay as they were saved before if they are not among the vectors.

        Raises:
            SavedConfigError: the folder or file is not writable.
        """
        commands = {each.name: self._command(each) for each in vectors}
        with suppress(SavedConfigError):
            for old in self.load():
                if old.name is not None and old.name in keep and old.name not in commands:
                    commands[old.name] = element(old.tag, old.attributes, old.items)
        content = b"<INDIDriver>\n" + b"".join(commands.values()) + b"</INDIDriver>\n"
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if not self.default_path.exists():
                _write(self.default_path, content)
            _write(self.path, content)
        except OSError as error:
            raise SavedConfigError(f"cannot write {self.path}: {error.strerror or error}") from error

    def purge(self) -> None:
        """Delete the saved file (not the default).

        Raises:
            SavedConfigError: there is none, or it cannot be deleted.
        """
        try:
            self.path.unlink()
        except OSError as error:
            raise SavedConfigError(f"cannot delete {self.path}: {error.strerror or error}") from error

    def _command(self, vector: Vector) -> bytes:
        items = [Item(f"one{vector.kind}", {"name": each.name}, each.text()) for each in vector.elements]
        return element(f"new{vector.kind}Vector", {"device": self._device, "name": vector.name}, items)


def _write(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name + ".")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError:
        with suppress(OSError):
            os.unlink(name)
        raise
