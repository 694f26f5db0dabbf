"""What a message costs on the wire: parsing and writing, beside the standard library's ElementTree."""

from collections.abc import Callable, Sequence
from typing import Any
from xml.etree import ElementTree

from support import Row, show, time_calls

from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.timestamp import timestamp
from indi_dome_driver.indi.vectors import NumberElement, NumberVector, State, SwitchElement, SwitchVector

NOW_S = 1_786_309_199.0
COORDINATES = (
    b"<setNumberVector device='Telescope Simulator' name='EQUATORIAL_EOD_COORD' state='Busy' timeout='60'"
    b" timestamp='2026-08-09T20:59:59'>\n  <oneNumber name='RA'>\n      18.615649\n  </oneNumber>\n"
    b"  <oneNumber name='DEC'>\n      38.783692\n  </oneNumber>\n</setNumberVector>\n"
)
ABORT = (
    b"<newSwitchVector device='Abaque Dome' name='DOME_ABORT_MOTION'>\n"
    b"  <oneSwitch name='ABORT'>\n      On\n  </oneSwitch>\n</newSwitchVector>\n"
)
GOTO = (
    b"<newNumberVector device='Abaque Dome' name='ABS_DOME_POSITION'>\n"
    b"  <oneNumber name='DOME_ABSOLUTE_POSITION'>\n      123.5\n  </oneNumber>\n</newNumberVector>\n"
)
SIDE = (
    b"<setSwitchVector device='Telescope Simulator' name='TELESCOPE_PIER_SIDE' state='Ok' timeout='60'"
    b" timestamp='2026-08-09T20:59:59'>\n  <oneSwitch name='PIER_WEST'>\nOff\n  </oneSwitch>\n"
    b"  <oneSwitch name='PIER_EAST'>\nOn\n  </oneSwitch>\n</setSwitchVector>\n"
)
NIGHT = [COORDINATES, COORDINATES, SIDE, COORDINATES, GOTO, COORDINATES, ABORT, COORDINATES]
"""What a dome hears, in the form that indiserver forwards: mostly coordinates."""
BATCHES = 50


class PullReader:
    """The peer: XMLPullParser under a root of its own, asked for the same as our decoder gives."""

    def __init__(self) -> None:
        self._parser: Any = ElementTree.XMLPullParser(("start", "end"))
        self._parser.feed(b"<indi>")
        self._root: Any = next(iter(self._parser.read_events()))[1]
        self._depth = 0

    def feed(self, data: bytes) -> list[tuple[str, dict[str, str], list[tuple[str, dict[str, str], str]]]]:
        """Give what became complete."""
        found = []
        self._parser.feed(data)
        for event, each in self._parser.read_events():
            self._depth += 1 if event == "start" else -1
            if event == "end" and self._depth == 0:
                found.append((each.tag, each.attrib, [(m.tag, m.attrib, (m.text or "").strip()) for m in each]))
                self._root.clear()
        return found


def reading(feed: Callable[[bytes], Sequence[object]], chunks: list[bytes]) -> Callable[[], None]:
    """Make one pass over the chunks that checks that every message arrived."""

    def action() -> None:
        count = sum(len(feed(chunk)) for chunk in chunks)
        assert count == len(NIGHT) * BATCHES, count

    return action


def per_message(action: Callable[[], None]) -> list[float]:
    """Give microseconds for one message, a value per pass."""
    return [value / (len(NIGHT) * BATCHES) for value in time_calls(action, 3, repeats=25)]


def written_by_element_tree(vector: NumberVector | SwitchVector) -> bytes:
    """Build and write the same set*Vector."""
    head = {"device": "Abaque Dome", "name": vector.name, "state": vector.state.value, "timeout": "60"}
    root = ElementTree.Element(f"set{vector.kind}Vector", {**head, "timestamp": timestamp(NOW_S)})
    for member in vector.elements:
        ElementTree.SubElement(root, f"one{vector.kind}", {"name": member.name}).text = member.text()
    return bytes(ElementTree.tostring(root, "utf-8"))


def main() -> None:
    """Read, then write."""
    stream = NIGHT * BATCHES
    whole = b"".join(stream)
    for title, chunks in (
        ("Parse, one message per read", stream),
        ("Parse, reads of 4096 bytes", [whole[at : at + 4096] for at in range(0, len(whole), 4096)]),
    ):
        rows = [
            Row("XMLPullParser", per_message(reading(PullReader().feed, chunks))),
            Row("indi_dome_driver.indi.Decoder", per_message(reading(Decoder().feed, chunks))),
        ]
        show(title, "us per message", rows, peer=0)

    azimuth = NumberElement("DOME_ABSOLUTE_POSITION", "Degrees", "%6.2f", 0, 360, 1.0, 123.4567)
    position = NumberVector("ABS_DOME_POSITION", "Absolute Position", "Main", [azimuth], state=State.BUSY)
    switches = [SwitchElement("DOME_CW", "Dome CW", True), SwitchElement("DOME_CCW", "Dome CCW")]
    motion = SwitchVector("DOME_MOTION", "Motion", "Main", switches, state=State.BUSY)
    for vector in (position, motion):

        def peer(vector: NumberVector | SwitchVector = vector) -> bytes:
            return written_by_element_tree(vector)

        def ours(vector: NumberVector | SwitchVector = vector) -> bytes:
            return vector.update("Abaque Dome", timestamp(NOW_S))

        rows = [
            Row("ElementTree.tostring", time_calls(peer, 2000)),
            Row(f"{type(vector).__name__}.update", time_calls(ours, 2000)),
        ]
        show(f"Write set{vector.kind}Vector of {vector.name}", "us per message", rows, peer=0)


if __name__ == "__main__":
    main()
