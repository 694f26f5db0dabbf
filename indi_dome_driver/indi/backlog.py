"""What waits to be sent to a peer that is slow to read."""

from collections import OrderedDict, deque


class Backlog:
    """A queue of whole elements that stays bounded by keeping, once it is full, only the latest of each key.

    Until the limit is reached everything is kept, in order. From then until it has run empty, an element replaces the
    one before it that has the same key, and those without a key are dropped, oldest first. Elements with a key are
    never dropped otherwise, so the size is bounded by the limit plus one element per key.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._entries: OrderedDict[int, tuple[str | None, bytes]] = OrderedDict()
        self._newest: dict[str, int] = {}
        self._loose: deque[int] = deque()
        self._next = 0
        self._full = False
        self.size_bytes = 0
        """Bytes that wait."""
        self.dropped = 0
        """Elements without a key that were given up, since the beginning."""
        self.replaced = 0
        """Elements that a newer one of the same key made superfluous, since the beginning."""

    def append(self, data: bytes, key: str | None = None) -> None:
        """Queue one element.

        Args:
            data: its bytes.
            key: elements of the same key stand for each other, the latest counts; None: it may be lost.
        """
        number, self._next = self._next, self._next + 1
        self._entries[number] = (key, data)
        self.size_bytes += len(data)
        previous = None
        if key is None:
            self._loose.append(number)
        else:
            previous, self._newest[key] = self._newest.get(key), number
        if self._full:
            if previous is not None and self._remove(previous):
                self.replaced += 1
        elif self.size_bytes > self._max_bytes:
            self._full = True
            self._coalesce()
        while self.size_bytes > self._max_bytes and self._loose:
            if self._remove(self._loose.popleft()):
                self.dropped += 1

    def take(self, wanted_bytes: int) -> bytes:
        """Remove the oldest elements, whole ones only.

        Args:
            wanted_bytes: stop when so many bytes are reached.

        Returns:
            Their bytes in order, empty if nothing waits.
        """
        taken: list[bytes] = []
        while self._entries and wanted_bytes > 0:
            _, (_, data) = self._entries.popitem(last=False)
            taken.append(data)
            wanted_bytes -= len(data)
            self.size_bytes -= len(data)
        if not self._entries:
            self._full = False
            self._newest.clear()
            self._loose.clear()
        return b"".join(taken)

    def _coalesce(self) -> None:
        """Keep the newest of each key, where it stands: the order of the last words is the order of events."""
        for number, (key, _) in list(self._entries.items()):
            if key is not None and self._newest[key] != number:
                self._remove(number)
                self.replaced += 1

    def _remove(self, number: int) -> bool:
        entry = self._entries.pop(number, None)
        if entry is None:
            return False
        self.size_bytes -= len(entry[1])
        return True
