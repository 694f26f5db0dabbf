"""The one file that touches pyindi-client: its callbacks become plain events, plain values become its vectors.

Six habits of the library shape it. An exception that escapes a callback kills the listening thread without a word
and aborts the process at exit. Sending a property that the library does not know is a segmentation fault. Values
written into its own property objects race with the listening thread, which may overwrite them before they are sent.
`connectServer` holds the interpreter lock until it is done. `disconnectServer` returns before the listening thread has
ended, and a client object whose last reference goes on that thread joins itself, which aborts the process; and while
it waits for that thread, up to 2 s, it holds the interpreter lock which a callback may need to end. Hence: callbacks
are guarded and only copy; what is sent is a fresh vector made from plain values; the caller checks the address before
asking for a connection, ends it with `hang_up`, and keeps this object until it has `finished`.
"""

import logging
import os
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from client.properties import (
    Clock,
    DeviceAppeared,
    DeviceRemoved,
    Disconnected,
    Event,
    Message,
    PingAnswered,
    PropertyChanged,
    PropertyKind,
    PropertyRemoved,
    PropertySnapshot,
    State,
    SwitchRule,
    Value,
    freeze_elements,
    parse_message,
)

Sink = Callable[[Event], None]

_log = logging.getLogger(__name__)
_STATES: dict[str, State] = {"Idle": "Idle", "Ok": "Ok", "Busy": "Busy", "Alert": "Alert"}


class Library:
    """One pyindi-client connection; a new one is made for every connection to a server."""

    def __init__(self, host: str, port: int, sink: Sink, clock: Clock) -> None:
        """Prepare a client; nothing is sent yet.

        Args:
            host: name or address of the server.
            port: TCP port.
            sink: takes every event; called on the library's own thread, must not block.
            clock: Unix seconds, for `received_s`.
        """
        import PyIndi  # here, not above: 27 MB of shared objects that `--help` can do without

        self._indi: Any = PyIndi
        self._client: Any = _client_class(PyIndi)(_Callbacks(PyIndi, sink, clock))
        self._client.setServer(host, port)
        self._threads: frozenset[str] = frozenset()
        self._sockets: frozenset[tuple[int, int]] = frozenset()

    def watch(self, device: str) -> None:
        """Ask for one device only; call before `connect`, once per device."""
        self._client.watchDevice(device)

    def connect(self, timeout_s: float) -> bool:
        """Connect; blocks the whole interpreter for up to `timeout_s` (rounded up to a second)."""
        self._client.setConnectionTimeout(max(1, int(timeout_s)), 0)
        threads, sockets = _thread_ids(), _open_sockets()
        with _quiet_stderr():
            connected = bool(self._client.connectServer())
        self._threads = _thread_ids() - threads
        self._sockets = _open_sockets() - sockets
        return connected

    def hang_up(self) -> None:
        """Shut the socket, so that the listening thread ends by itself; at once, whatever the server does."""
        for descriptor, _ in self._sockets & _open_sockets():
            with suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as twin:
                twin.shutdown(socket.SHUT_RDWR)

    def disconnect(self) -> None:
        """Release the connection; blocks the interpreter unless `finished`. The library needs it after a loss, too."""
        self._client.disconnectServer()

    def finished(self) -> bool:
        """Tell whether the listening thread has ended, so that this object may be dropped."""
        return not self._threads & _thread_ids()

    def ping(self, uid: str) -> None:
        """Ask the server (not a driver) for a sign of life."""
        self._client.sendPingRequest(uid)

    def send_numbers(self, device: str, name: str, values: Mapping[str, float]) -> None:
        """Send a newNumberVector with exactly these elements."""
        vector = self._vector(self._indi.PropertyNumber, device, name, values)
        for widget, value in zip(vector, values.values(), strict=True):
            widget.setValue(value)
        self._client.sendNewNumber(vector)

    def send_texts(self, device: str, name: str, values: Mapping[str, str]) -> None:
        """Send a newTextVector with exactly these elements."""
        vector = self._vector(self._indi.PropertyText, device, name, values)
        for widget, value in zip(vector, values.values(), strict=True):
            widget.setText(value)
        self._client.sendNewText(vector)

    def send_switches(self, device: str, name: str, values: Mapping[str, bool]) -> None:
        """Send a newSwitchVector with exactly these elements."""
        vector = self._vector(self._indi.PropertySwitch, device, name, values)
        # With OneOfMany the library would send the first switch that is on and drop the others.
        vector.setRule(self._indi.ISR_NOFMANY)
        for widget, value in zip(vector, values.values(), strict=True):
            widget.setState(self._indi.ISS_ON if value else self._indi.ISS_OFF)
        self._client.sendNewSwitch(vector)

    @staticmethod
    def _vector(vector_class: Any, device: str, name: str, values: Mapping[str, object]) -> Any:
        vector = vector_class(len(values))
        vector.setDeviceName(device)
        vector.setName(name)
        for widget, element in zip(vector, values, strict=True):
            widget.setName(element)
        return vector


class _Callbacks:
    """Turns the library's objects into events, and lets no exception out."""

    def __init__(self, indi: Any, sink: Sink, clock: Clock) -> None:
        self._sink = sink
        self._clock = clock
        self._indi = indi
        self._readers: dict[int, tuple[PropertyKind, Any, Callable[[Any], Value]]] = {
            indi.INDI_NUMBER: (PropertyKind.NUMBER, indi.PropertyNumber, lambda widget: float(widget.getValue())),
            indi.INDI_SWITCH: (PropertyKind.SWITCH, indi.PropertySwitch, lambda w: w.getState() == indi.ISS_ON),
            indi.INDI_TEXT: (PropertyKind.TEXT, indi.PropertyText, lambda widget: _clean(widget.getText())),
            indi.INDI_LIGHT: (PropertyKind.LIGHT, indi.PropertyLight, lambda widget: str(widget.getStateAsString())),
            indi.INDI_BLOB: (PropertyKind.BLOB, indi.PropertyBlob, lambda widget: _clean(widget.getFormat())),
        }

    def emit(self, make_event: Callable[[], Event | None]) -> None:
        """Make an event and hand it on; every callback of the library comes through here."""
        try:
            event = make_event()
            if event is not None:
                self._sink(event)
        except Exception:  # noqa: BLE001 - one that escaped would end the listening thread and abort the process
            _log.exception("a message of the server was dropped")

    def changed(self, prop: Any, *, defined: bool) -> Event | None:
        reader = self._readers.get(prop.getType())
        if reader is None:
            return None
        kind, view, read = reader
        vector = view(prop)
        rule = SwitchRule(vector.getRuleAsString()) if kind is PropertyKind.SWITCH else None
        return PropertyChanged(
            defined=defined,
            snapshot=PropertySnapshot(
                device=_clean(prop.getDeviceName()),
                name=_clean(prop.getName()),
                kind=kind,
                state=_STATES.get(prop.getStateAsString(), "Alert"),
                elements=freeze_elements({_clean(widget.getName()): read(widget) for widget in vector}),
                received_s=self._clock(),
                rule=rule,
                writable=prop.getPermission() != self._indi.IP_RO,
            ),
        )

    def message(self, device: Any, index: int) -> Message:
        return parse_message(_clean(device.getDeviceName()), _clean(device.messageQueue(index)), self._clock())

    def universal_message(self, text: str) -> Message:
        return parse_message(None, _clean(text), self._clock())


def _client_class(indi: Any) -> Any:
    """Derive the client from the library's class; its methods are the callbacks, named by the library."""

    class Client(indi.BaseClient):  # type: ignore[misc]  # the library is untyped
        def __init__(self, callbacks: _Callbacks) -> None:
            super().__init__()
            self._callbacks = callbacks

        def newDevice(self, device: Any) -> None:  # noqa: N802
            self._callbacks.emit(lambda: DeviceAppeared(_clean(device.getDeviceName())))

        def removeDevice(self, device: Any) -> None:  # noqa: N802
            self._callbacks.emit(lambda: DeviceRemoved(_clean(device.getDeviceName())))

        def newProperty(self, prop: Any) -> None:  # noqa: N802
            self._callbacks.emit(lambda: self._callbacks.changed(prop, defined=True))

        def updateProperty(self, prop: Any) -> None:  # noqa: N802
            self._callbacks.emit(lambda: self._callbacks.changed(prop, defined=False))

        def removeProperty(self, prop: Any) -> None:  # noqa: N802
            self._callbacks.emit(lambda: PropertyRemoved(_clean(prop.getDeviceName()), _clean(prop.getName())))

        def newMessage(self, device: Any, index: int) -> None:  # noqa: N802
            self._callbacks.emit(lambda: self._callbacks.message(device, index))

        def newUniversalMessage(self, text: str) -> None:  # noqa: N802
            self._callbacks.emit(lambda: self._callbacks.universal_message(text))

        def newPingReply(self, uid: str) -> None:  # noqa: N802
            self._callbacks.emit(lambda: PingAnswered(str(uid)))

        def serverDisconnected(self, _code: int) -> None:  # noqa: N802
            self._callbacks.emit(lambda: Disconnected("the server closed the connection"))

    return Client


def _clean(text: str | None) -> str:
    """Replace what the library could not decode; lone surrogates would break every later print."""
    return (text or "").encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _thread_ids() -> frozenset[str]:
    """Name this process's threads as the kernel knows them; Python does not know the library's."""
    return frozenset(os.listdir("/proc/self/task"))


def _open_sockets() -> frozenset[tuple[int, int]]:
    """List sockets by descriptor and inode; the inode tells when a descriptor's number was used again."""
    found = set()
    for name in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # the listing's own descriptor is closed by now
            facts = os.fstat(int(name))
            if stat.S_ISSOCK(facts.st_mode):
                found.add((int(name), facts.st_ino))
    return frozenset(found)


@contextmanager
def _quiet_stderr() -> Iterator[None]:
    """Hide the line the library's C++ part prints at each connection attempt.

    Safe because `connectServer` holds the interpreter lock: no other Python thread can want stderr meanwhile.
    """
    try:
        saved = os.dup(2)
    except OSError:  # stderr is closed, as in some services: nothing to hide
        yield
        return
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)
