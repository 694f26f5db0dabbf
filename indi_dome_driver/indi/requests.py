"""What a driver sends besides vectors."""

from .encoder import element
from .log_text import Level, log_message


def message(device: str, timestamp: str, level: Level, text: str) -> bytes:
    """Tell people something.

    Args:
        device: own name.
        timestamp: now, as ``timestamp()`` writes it.
        level: importance.
        text: one sentence.
    """
    return element("message", {"device": device, "timestamp": timestamp, "message": log_message(level, text)})


def delete(device: str, timestamp: str, name: str | None = None) -> bytes:
    """Withdraw a property, or the whole device.

    Args:
        device: own name.
        timestamp: now, as ``timestamp()`` writes it.
        name: property; None withdraws all of them.
    """
    return element("delProperty", {"device": device, "name": name, "timestamp": timestamp})


def snoop(device: str, name: str) -> bytes:
    """Ask indiserver to copy us on a property of another driver.

    The only place that writes the name of a foreign device: in any other message indiserver would take us for its owner
    and delete it for all clients when we end.

    Args:
        device: the other driver's device, such as a mount.
        name: its property.
    """
    return element("getProperties", {"version": "1.7", "device": device, "name": name})
