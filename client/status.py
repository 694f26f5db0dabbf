"""What a dome says about itself, read from its standard properties."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from client.properties import PropertySnapshot, Value

ABSOLUTE = "ABS_DOME_POSITION"
ABSOLUTE_ELEMENT = "DOME_ABSOLUTE_POSITION"
MOTION = "DOME_MOTION"
PARK = "DOME_PARK"
ABORT = "DOME_ABORT_MOTION"
AUTOSYNC = "DOME_AUTOSYNC"
CONNECTION = "CONNECTION"
DRIVER_INFO = "DRIVER_INFO"
DOME_INTERFACE = 1 << 5
"""Bit of DRIVER_INTERFACE that marks a dome in INDI."""

ParkState = Literal["parked", "unparked", "parking", "unparking", "alert", "unknown"]
Direction = Literal["cw", "ccw"]
Look = Callable[[str], PropertySnapshot | None]


@dataclass(frozen=True, slots=True)
class DomeStatus:
    """A dome at one moment; None where the driver does not say."""

    device: str
    connected: bool
    azimuth_deg: float | None
    moving: bool
    direction: Direction | None
    park: ParkState
    slaving: bool | None
    reason: str | None
    slaving_details: Mapping[str, Value]
    states: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """Give plain values for JSON."""
        return asdict(self)


def is_connected(connection: PropertySnapshot | None) -> bool:
    """Tell whether a device has its hardware: CONNECT on, and the vector neither Busy nor in Alert."""
    return connection is not None and connection.is_on("CONNECT") and connection.state == "Ok"


def is_dome(driver_info: PropertySnapshot | None) -> bool:
    """Tell whether a driver declares the dome interface; one that declares nothing gets the benefit of the doubt."""
    mask = str(driver_info.elements.get("DRIVER_INTERFACE", "")).strip() if driver_info is not None else ""
    return not (mask.isascii() and mask.isdigit()) or bool(int(mask) & DOME_INTERFACE)


def read_status(device: str, look: Look) -> DomeStatus:
    """Gather the status of a dome.

    Args:
        device: its name.
        look: gives the latest snapshot of a property by name.

    Returns:
        The status.
    """
    absolute, motion, autosync = look(ABSOLUTE), look(MOTION), look(AUTOSYNC)
    figures, words = look("SLAVING_STATUS"), look("SLAVING_REASON")
    names = (CONNECTION, ABSOLUTE, MOTION, PARK, AUTOSYNC)
    found = {name: snapshot for name in names if (snapshot := look(name)) is not None}
    return DomeStatus(
        device=device,
        connected=is_connected(look(CONNECTION)),
        azimuth_deg=read_azimuth(absolute),
        moving=is_moving(absolute, motion),
        direction=_direction(motion),
        park=read_park(look(PARK)),
        slaving=autosync.is_on("DOME_AUTOSYNC_ENABLE") if autosync is not None else None,
        reason=str(words.elements.get("REASON", "")) or None if words is not None else None,
        slaving_details=_details(figures, words),
        states={name: snapshot.state for name, snapshot in found.items()},
    )


def read_azimuth(absolute: PropertySnapshot | None) -> float | None:
    """Give the azimuth, degrees, from the absolute position."""
    return absolute.number(ABSOLUTE_ELEMENT) if absolute is not None else None


def is_moving(absolute: PropertySnapshot | None, motion: PropertySnapshot | None) -> bool:
    """Tell whether the dome turns; either property alone may say so, depending on the driver."""
    return any(snapshot is not None and snapshot.state == "Busy" for snapshot in (absolute, motion))


def read_park(park: PropertySnapshot | None) -> ParkState:
    """Classify DOME_PARK the way KStars does, with the two undecided cases left unknown."""
    if park is None:
        return "unknown"
    if park.state == "Alert":
        return "alert"
    if park.state == "Busy":
        return "parking" if park.is_on("PARK") else "unparking"
    if park.is_on("PARK"):
        return "parked"
    return "unparked" if park.is_on("UNPARK") else "unknown"


def _direction(motion: PropertySnapshot | None) -> Direction | None:
    if motion is None or motion.state != "Busy":
        return None
    if motion.is_on("DOME_CW"):
        return "cw"
    return "ccw" if motion.is_on("DOME_CCW") else None


def _details(*sources: PropertySnapshot | None) -> dict[str, Value]:
    """Gather what our driver adds about its slaving; other drivers have none of it."""
    elements = {name: value for source in sources if source is not None for name, value in source.elements.items()}
    return {name: value for name, value in elements.items() if name != "REASON"}
