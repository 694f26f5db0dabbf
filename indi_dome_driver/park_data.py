"""ParkData.xml: the file in which every INDI mount and dome of a user keeps whether and where it is parked.

Our entry is exchanged under a lock and by rename; every byte that belongs to other devices stays as it was.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from xml.parsers import expat

from indi_dome_driver.damaged_file import keep_aside
from indi_dome_driver.durable import exchange
from indi_dome_driver.file_lock import locked

# xml.sax.saxutils would do the same, but brings a web client with it: a tenth of the driver's start.
_IN_ATTRIBUTE = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)


READABLE = ("utf-8", "us-ascii")
"""Encodings in which an entry can be exchanged byte by byte."""


@dataclass(frozen=True, slots=True)
class ParkEntry:
    """What is known about one device."""

    parked: bool
    azimuth_deg: float


class ParkDataError(Exception):
    """Report that the file cannot be read or written; the message names it, the reason and what was done."""


class _DamagedError(Exception):
    """Say what is wrong with the XML."""


class _ForeignError(Exception):
    """Say why the file, which is no worse for it, cannot be changed here."""


@dataclass(slots=True)
class _Found:
    start: int
    end: int = -1
    parked: str = ""
    azimuth: str = ""


class ParkFile:
    """One device's view of ParkData.xml."""

    def __init__(self, path: Path, device: str) -> None:
        self.path = path
        self.device = device

    def load(self) -> ParkEntry | None:
        """Read our entry.

        Returns:
            The entry, or None when the file, the entry or one of its values is missing or makes no sense.

        Raises:
            ParkDataError: the file exists but is not readable or not XML; in that case a copy of it is kept, for INDI's
                own drivers write over it without looking.
        """
        text = self._read()
        try:
            found = _find(text, self.device)[0]
        except _DamagedError as error:
            raise ParkDataError(f"{self.path} is damaged ({error}); {self._kept_aside(text)}") from None
        except _ForeignError as error:
            raise ParkDataError(f"{self.path} cannot be used: {error}") from None
        if found is None:
            return None
        status = found.parked.strip().lower()
        try:
            azimuth = float(found.azimuth)
        except ValueError:
            return None
        if status not in ("true", "false") or not math.isfinite(azimuth):
            return None
        return ParkEntry(status == "true", azimuth % 360.0)

    def save(self, entry: ParkEntry) -> Path | None:
        """Write our entry and leave everybody else's as it is.

        Returns:
            Where a damaged file was put aside, or None when there was none.

        Raises:
            ParkDataError: the file cannot be written.
        """
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with locked(self.path.with_name(self.path.name + ".lock")):
                aside = None
                try:
                    text = self._read()
                    found, root_end = _find(text, self.device)
                except _DamagedError:
                    aside = keep_aside(self.path, text)
                    text, found, root_end = b"", None, -1
                exchange(self.path, _spliced(text, found, root_end, self._element(entry)))
                return aside
        except (OSError, _ForeignError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ParkDataError(f"cannot write {self.path}: {reason}; the park state is not saved") from error

    def _element(self, entry: ParkEntry) -> bytes:
        status = "true" if entry.parked else "false"
        return (
            f'<device name="{self.device.translate(_IN_ATTRIBUTE)}">\n'
            f"        <parkstatus>\n{status}\n        </parkstatus>\n"
            f"        <parkposition>\n            <axis1position>\n{entry.azimuth_deg:f}\n"
            f"            </axis1position>\n        </parkposition>\n    </device>"
        ).encode()

    def _read(self) -> bytes:
        try:
            return self.path.read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise ParkDataError(f"cannot read {self.path}: {error.strerror or error}") from error

    def _kept_aside(self, text: bytes) -> str:
        try:
            return f"what it held is kept in {keep_aside(self.path, text)}"
        except OSError as error:
            return f"it cannot be copied aside either: {error.strerror or error}"


def _spliced(text: bytes, found: _Found | None, root_end: int, element: bytes) -> bytes:
    if found is not None:
        return text[: found.start] + element + text[found.end :]
    if root_end >= 0:
        return text[:root_end] + b"    " + element + b"\n" + text[root_end:]
    return b"<parkdata>\n    " + element + b"\n</parkdata>\n"


def _find(text: bytes, device: str) -> tuple[_Found | None, int]:
    """Find the byte range and the texts of a device's entry, and where the root element ends (-1: empty file)."""
    if not text.strip():
        return None, -1
    parser = expat.ParserCreate()
    stack: list[str] = []
    found: _Found | None = None
    root_end = -1
    empty = True
    encoding = READABLE[0]

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal found, empty
        stack.append(tag)
        empty = empty and len(stack) == 1
        if len(stack) == 2 and tag == "device" and attributes.get("name") == device and found is None:
            found = _Found(parser.CurrentByteIndex)

    def end(tag: str) -> None:
        nonlocal root_end
        if len(stack) == 2 and found is not None and found.end < 0:
            # The index is that of the end tag's "<"; the tag itself ends at the next ">".
            found.end = text.index(b">", parser.CurrentByteIndex) + 1
        if len(stack) == 1:
            root_end = parser.CurrentByteIndex
        stack.pop()

    def characters(data: str) -> None:
        if found is None or found.end >= 0:
            return
        if stack[2:] == ["parkstatus"]:
            found.parked += data
        elif stack[2:] == ["parkposition", "axis1position"]:
            found.azimuth += data

    def declaration(version: str, declared: str | None, standalone: int) -> None:
        nonlocal encoding
        encoding = declared or encoding

    parser.XmlDeclHandler = declaration
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, characters
    try:
        parser.Parse(text, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last two: an encoding that expat cannot read
        raise _DamagedError(str(error)) from error
    if encoding.lower() not in READABLE:
        raise _ForeignError(f"it is written in {encoding}, not in UTF-8")
    if text[root_end : root_end + 2] != b"</":
        if not empty:  # expat reads UTF-16 without being told
            raise _ForeignError("it is not written in UTF-8")
        # An empty root written as <parkdata/> has no end tag to insert before.
        return None, -1
    return found, root_end
