"""What the driver remembers about the dome's position, and how the encoder proves or disproves it at the next start."""

import json
import math
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from astro.angles import normalise_deg
from indi_dome_driver.durable import exchange


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """The dome as it was last seen."""

    azimuth_deg: float | None
    """None: not known."""
    encoder_count: int
    """Single-turn count that belongs to the azimuth."""
    moving: bool
    """True from before the first pulse of a move until the dome rests again."""
    time_s: float
    """Unix seconds."""
    wound_deg: float = 0.0
    """Winding of the cables when the dome last rested, clockwise positive."""
    wound_doubt_deg: float | None = None
    """How far the true winding may be from that; None: it is not known at all."""
    wound_blocked: bool = False
    """The winding was lost twice; nothing may turn the dome until a person has looked."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What the record is worth today."""

    azimuth_deg: float | None
    """Proven azimuth, or None: unknown."""
    reason: str


def prove(record: PositionRecord | None, encoder_count: int, counts_per_turn: int, counts_per_deg: float) -> Proof:
    """Hold a record against the encoder.

    Args:
        record: as saved, or None when there is none.
        encoder_count: what the encoder reads now, 0 <= count < counts_per_turn.
        counts_per_turn: counts of one encoder turn.
        counts_per_deg: signed counts per degree of dome azimuth.

    Returns:
        The azimuth where the dome must stand now if it was moved by less than half an encoder turn since, or unknown.
    """
    if record is None:
        return Proof(None, "no position is on record")
    if record.azimuth_deg is None:
        return Proof(None, "it was not known when the driver ended either")
    if record.moving:
        return Proof(None, "the dome was moving when the driver ended, so its azimuth is not known")
    half = counts_per_turn // 2
    shift = (encoder_count - record.encoder_count + half) % counts_per_turn - half
    azimuth = normalise_deg(record.azimuth_deg + shift / counts_per_deg)
    return Proof(azimuth, f"azimuth {azimuth:.2f}° restored: the encoder agrees with the record")


class PositionFile:
    """The record on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def load(self) -> PositionRecord | None:
        """Read the record; None when it is absent or makes no sense (a damaged record proves nothing)."""
        try:
            data = json.loads(self.path.read_text("utf-8"))
            azimuth, doubt = data["azimuth_deg"], data.get("wound_doubt_deg")
            record = PositionRecord(
                None if azimuth is None else float(azimuth),
                int(data["encoder_count"]),
                data["moving"] is not False,
                float(data["time_s"]),
                float(data.get("wound_deg", 0.0)),
                None if doubt is None else float(doubt),
                data.get("wound_blocked") is True,
            )
        except (OSError, ValueError, ArithmeticError, KeyError, TypeError, RecursionError):
            return None
        figures = (record.azimuth_deg or 0.0, record.wound_deg, record.wound_doubt_deg or 0.0)
        return record if all(map(math.isfinite, figures)) and figures[2] >= 0.0 else None

    def save(self, record: PositionRecord) -> None:
        """Exchange the record by rename, so that a crash leaves the old one or the new one.

        Raises:
            OSError: the folder is not writable.
        """
        exchange(self.path, json.dumps(asdict(record)).encode())

    def forget(self) -> None:
        """Delete the record: none is better than one that is no longer true.

        Raises:
            OSError: it is still there.
        """
        with suppress(FileNotFoundError, NotADirectoryError):
            self.path.unlink()
