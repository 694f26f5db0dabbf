"""Cut a byte stream into the bytes of single messages, whatever the stream contains.

INDI has no document root: a connection is an endless row of top-level elements. Only their tags are known in advance,
so they are the fixed points by which this finds its place again. XML allows a ``<`` nowhere but at a tag, hence
``<newSwitchVector`` always starts a message, and one that turns up inside another means that the other was cut off.
(It might stand in a comment, too. Obeying a quoted command is the lesser evil: the other choice is to wait for the end
of a comment that damage has opened, and to lose an abort meanwhile.)
"""

import re
from collections.abc import Iterator

from .message import WireError

_TAG = (
    rb"(?:(?:new|set|def)(?:Number|Switch|Text|Light|BLOB)Vector"
    rb"|getProperties|delProperty|message|enableBLOB|pingRequest|pingReply)"
)
_START = re.compile(rb"<(" + _TAG + rb")(?=[\s/>])")
_START_OR_END = re.compile(rb"<(?:/" + _TAG + rb"\s{0,16}>|(" + _TAG + rb")(?=[\s/>]))")
_REACH = 64
"""Longer than anything those two can match: this much of what was searched may still become a match with more bytes."""

_REST_OF_START_TAG = re.compile(rb"[^<>\"']*+(?:(?:\"[^\"<]*+\"|'[^'<]*+')[^<>\"']*+)*+>")
_STOPS = {b"": re.compile(rb"[<>\"']"), b'"': re.compile(rb'[<"]'), b"'": re.compile(rb"[<']")}
_HARMLESS = re.compile(rb"<\?xml[^<>]*\?>|<!--.*?-->", re.DOTALL)
_BLANKS = re.compile(rb"\s*")
_GAP_BYTES = 1024
"""So much between two messages is looked at before it is called garbage; comments and XML declarations are shorter."""
_PIECE_BYTES = 65536


class Framer:
    """Find where messages begin and end. The result does not depend on how the stream was cut into chunks."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._buffer = bytearray()
        self._scan = 0
        self._tag = ""
        """Message that begins at the start of the buffer; empty while looking for one."""
        self._quote = b""
        self._in_body = False
        self._skipping = False
        """Bytes are being dropped on account of an error that has been reported."""

    def feed(self, data: bytes) -> Iterator[bytes | WireError]:
        """Take the next bytes.

        Args:
            data: any number of bytes, cut anywhere.

        Yields:
            The bytes of each message that is complete, start tag to end tag, and what had to be dropped, in order.
        """
        for at in range(0, len(data), _PIECE_BYTES):
            self._buffer += data[at : at + _PIECE_BYTES]
            while (found := self._gather() if self._tag else self._hunt()) is not None:
                yield from found

    def skip(self) -> None:
        """Drop without a further word whatever comes before the next message: the one just yielded was unusable."""
        self._skipping = True

    def _hunt(self) -> tuple[WireError, ...] | None:
        """Look for the start of a message. None: not without more bytes."""
        buffer = self._buffer
        if not self._skipping and (blanks := _BLANKS.match(buffer)) is not None and blanks.end():
            del buffer[: blanks.end()]
            self._scan = 0
        start = _START.search(buffer, self._scan)
        if not self._skipping and (len(buffer) - _REACH if start is None else start.start()) > _GAP_BYTES:
            self.skip()
            return _gap_error(bytes(buffer[:_GAP_BYTES]))
        if start is None:
            if self._skipping:
                del buffer[:-_REACH]
            self._scan = max(0, len(buffer) - _REACH)
            return None
        error = () if self._skipping else _gap_error(bytes(buffer[: start.start()]))
        self._tag = start.group(1).decode("ascii")
        self._scan = start.end() - start.start()
        self._skipping = self._in_body = False
        self._quote = b""
        del buffer[: start.start()]
        return error

    def _gather(self) -> tuple[bytes | WireError] | None:
        """Look for the end of the message that has begun. None: not without more bytes."""
        if not self._in_body:
            end = self._end_of_start_tag()
            if end is None:
                return self._too_long() if len(self._buffer) > self._max_bytes + _REACH else None
            if end > self._max_bytes:
                return self._too_long()
            if self._buffer[end - 1] != ord(">"):
                return self._drop(end - 1, f"<{self._tag}> breaks off inside its start tag")
            if self._buffer[end - 2] == ord("/"):
                return self._take(end)
            self._in_body, self._scan = True, end
        edge = _START_OR_END.search(self._buffer, self._scan)
        if edge is None:
            self._scan = max(self._scan, len(self._buffer) - _REACH)
            return self._too_long() if len(self._buffer) > self._max_bytes + _REACH else None
        if edge.start() > self._max_bytes:
            return self._too_long()
        if edge.group(1):
            return self._drop(edge.start(), f"<{self._tag}> was cut off by <{edge.group(1).decode('ascii')}>")
        return self._take(edge.end())

    def _end_of_start_tag(self) -> int | None:
        """Give the place behind the ``>`` of the start tag, or behind a ``<`` that should not be in it."""
        if not self._quote and (rest := _REST_OF_START_TAG.match(self._buffer, self._scan)):
            return rest.end()
        # Not all there yet, or malformed: go from quote to quote and remember how far, to see each byte once only.
        while stop := _STOPS[self._quote].search(self._buffer, self._scan):
            self._scan = stop.end()
            if stop.group() in b"<>":
                return self._scan
            self._quote = b"" if self._quote else stop.group()
        self._scan = len(self._buffer)
        return None

    def _take(self, end: int) -> tuple[bytes]:
        frame = bytes(self._buffer[:end])
        del self._buffer[:end]
        self._tag, self._scan = "", 0
        return (frame,)

    def _drop(self, end: int, reason: str) -> tuple[WireError]:
        del self._buffer[:end]
        self._tag, self._scan = "", 0
        self.skip()
        return (WireError(reason),)

    def _too_long(self) -> tuple[WireError]:
        return self._drop(self._max_bytes, f"<{self._tag}> is longer than {self._max_bytes} bytes")


def _gap_error(gap: bytes) -> tuple[WireError, ...]:
    """Judge what stood between two messages."""
    rest = _HARMLESS.sub(b" ", gap).strip()
    if not rest:
        return ()
    return (WireError(f"not an INDI message: {rest[:40].decode('ascii', 'backslashreplace')!r}"),)
