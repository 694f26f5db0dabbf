"""Incremental decoder: bytes from a peer that may send anything, to messages."""

import re
from xml.parsers import expat

from .frames import Framer
from .message import Item, Message, WireError

_PLAIN = bytes([9, 10, 13, *range(32, 128)])
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Decoder:
    """Turn a byte stream into messages. Memory stays within a few times ``max_message_bytes`` whatever arrives."""

    def __init__(self, max_message_bytes: int = 262144, max_items: int = 256) -> None:
        """Set the limits.

        Args:
            max_message_bytes: length of a whole message, bytes; longer ones are dropped.
            max_items: members of a message; those with more are dropped.
        """
        self._framer = Framer(max_message_bytes)
        self._max_items = max_items

    def feed(self, data: bytes) -> list[Message | WireError]:
        """Take the next bytes. Never raises, and gives the same messages however the stream was cut into chunks.

        Args:
            data: any number of bytes.

        Returns:
            What became complete, in order. An error stands for one stretch of bytes that had to be dropped; the next
            message that is whole is found again.
        """
        found: list[Message | WireError] = []
        for frame in self._framer.feed(data):
            result = _parse(frame, self._max_items) if isinstance(frame, bytes) else frame
            if isinstance(result, WireError):
                self._framer.skip()
            found.append(result)
        return found


class _RefusedError(Exception):
    """Well-formed XML that INDI does not allow."""


class _Builder:
    """Handlers for expat that collect one message."""

    def __init__(self, max_items: int) -> None:
        self._max_items = max_items
        self._depth = 0
        self._items: list[Item] = []
        self._text: list[str] = []
        self.tag = ""
        self.attributes: dict[str, str] = {}
        self._item_attributes: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1:
            self.tag, self.attributes = tag, attributes
        elif self._depth > 2:
            raise _RefusedError(f"<{tag[:40]}> is nested too deeply")
        elif len(self._items) >= self._max_items:
            raise _RefusedError(f"more than {self._max_items} members")
        else:
            self._text.clear()
            self._item_attributes = attributes

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, tag: str) -> None:
        if self._depth == 2:
            self._items.append(Item(tag, self._item_attributes, "".join(self._text).strip()))
        self._depth -= 1

    def message(self) -> Message:
        return Message(self.tag, self.attributes, tuple(self._items))


def _parse(frame: bytes, max_items: int) -> Message | WireError:
    """Parse the bytes of one message.

    Each message gets a parser of its own. That costs about a microsecond; in return nothing outlives a message: no name
    tables that grow, no half-read tag that is lost when a parser is renewed, no document type from an earlier message,
    and expat >= 2.6 holds nothing back because it is told that this is all.
    """
    builder = _Builder(max_items)
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(_cleaned(frame), True)
    except expat.ExpatError as error:
        return WireError(f"<{builder.tag or _tag_of(frame)}> is malformed: {error}")
    except _RefusedError as error:
        return WireError(f"<{builder.tag}> was refused: {error}")
    return builder.message()


def _cleaned(frame: bytes) -> bytes | str:
    """Replace what no XML parser would take, bad UTF-8 and control characters, by U+FFFD."""
    if not frame.translate(None, _PLAIN):
        return frame
    return _NOT_XML.sub("\ufffd", frame.decode("utf-8", "replace"))


def _tag_of(frame: bytes) -> str:
    """Name a message whose start tag could not be parsed."""
    return re.split(rb"[\s/>]", frame[1:40], maxsplit=1)[0].decode("ascii", "replace")
