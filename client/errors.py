"""Everything that can go wrong between a person and a dome, in words that say what to do next."""

# ruff: noqa: N818 - each name says what happened; an "Error" behind it would say nothing more

from collections.abc import Sequence


class ClientError(Exception):
    """Root of this package's errors; `str()` is ready to be shown to a person."""


class NoServer(ClientError):
    """Nothing that speaks INDI answers at the address given."""

    def __init__(self, host: str, port: int, detail: str) -> None:
        super().__init__(
            f"no INDI server at {host}:{port} ({detail}). Start one with"
            " `indiserver -v indi_dome_driver indi_simulator_telescope` or `make demo-run`,"
            " or name another with --server HOST:PORT."
        )


class ServerSilent(ClientError):
    """Something accepts connections but says nothing: a frozen server, or not an INDI server."""

    def __init__(self, host: str, port: int, waited_s: float) -> None:
        super().__init__(
            f"{host}:{port} accepts connections but said nothing for {waited_s:g} s:"
            " the server is frozen, or this is not an INDI server. Check the process and restart it."
        )


class NotConnected(ClientError):
    """The connection to the server is gone, or was never made."""

    def __init__(self, reason: str = "connect first") -> None:
        super().__init__(f"not connected to an INDI server: {reason}")


class DeviceNotFound(ClientError):
    """No device of that name; the ones present are listed."""

    def __init__(self, device: str, present: Sequence[str], option: str = "--dome") -> None:
        listed = ", ".join(f'"{name}"' for name in present) if present else "none"
        super().__init__(f'no device named "{device}". Present: {listed}. Choose with {option} NAME.')
        self.present = tuple(present)


class NotADome(ClientError):
    """The device is there but is something else; it is left untouched."""

    def __init__(self, device: str, domes: Sequence[str]) -> None:
        listed = ", ".join(f'"{name}"' for name in domes) if domes else "none"
        super().__init__(f'"{device}" is not a dome. Domes present: {listed}. Choose with --dome NAME.')


class DeviceLost(ClientError):
    """The device disappeared in the middle of something."""

    def __init__(self, device: str, during: str) -> None:
        super().__init__(f'"{device}" disappeared during {during}: its driver stopped or was restarted.')


class DeviceNotConnected(ClientError):
    """The driver runs but has no connection to its dome."""

    def __init__(self, device: str, reason: str | None = None) -> None:
        said = f": {reason}" if reason else ""
        super().__init__(f'"{device}" is not connected to its hardware{said}. See the driver\'s log.')


class PropertyMissing(ClientError):
    """The device has no such property, or the property no such element."""

    def __init__(self, device: str, name: str, element: str | None = None, detail: str = "is not offered") -> None:
        path = f"{name}.{element}" if element else name
        super().__init__(f'{path} {detail} by "{device}": this device cannot do that, or is not connected yet.')


class Refused(ClientError):
    """The driver said no, or gave up; its own words are carried along."""

    def __init__(self, device: str, command: str, reason: str | None) -> None:
        said = reason or "the driver gave no reason; see its log"
        super().__init__(f'"{device}" refused {command}: {said}')
        self.reason = reason


class Stopped(ClientError):
    """A command was under way and something else ended it."""

    def __init__(self, device: str, command: str, reason: str | None) -> None:
        said = reason or "somebody aborted it, or another command took over"
        super().__init__(f'"{device}" stopped before {command} was complete: {said}')


class TimedOut(ClientError):
    """Something did not happen in time."""

    def __init__(self, awaited: str, waited_s: float) -> None:
        super().__init__(f"waited {waited_s:g} s for {awaited}, in vain.")
