"""What the decoder hands out: a message, or the word that something on the wire was unusable."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One member of a message, such as a ``oneNumber``."""

    tag: str
    attributes: Mapping[str, str]
    text: str
    """Content without the white space around it: indiserver re-indents what it forwards."""

    @property
    def name(self) -> str | None:
        """Give the name of the element meant, or None if the sender left it out."""
        return self.attributes.get("name")


@dataclass(frozen=True, slots=True)
class Message:
    """One complete top-level element. Its tag is known; its content is unchecked."""

    tag: str
    attributes: Mapping[str, str]
    items: tuple[Item, ...] = ()

    @property
    def device(self) -> str | None:
        """Give the device addressed, or None if the message names none."""
        return self.attributes.get("device")

    @property
    def name(self) -> str | None:
        """Give the property addressed, or None if the message names none."""
        return self.attributes.get("name")


@dataclass(frozen=True, slots=True)
class WireError:
    """Bytes that were dropped. The decoder has already found its footing again."""

    reason: str
