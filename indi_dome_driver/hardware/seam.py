"""The seam between the control of the axis and whatever turns the dome: real pins or simulated ones."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Clock = Callable[[], float]
"""Seconds on a monotonic clock. A simulator may run it faster than the wall clock; nobody above the seam can tell."""


class HardwareError(Exception):
    """Report that a device could not be opened, read or driven; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class PulseTrain:
    """A finite burst of equally spaced step pulses.

    Finite on purpose: if everything above the pins dies, the dome stops when the train ends.
    """

    direction: int
    """+1 turns the dome clockwise seen from above (azimuth grows), -1 the other way."""
    rate_hz: float
    """Pulses per second, > 0."""
    count: int
    """Pulses, >= 1."""

    @property
    def duration_s(self) -> float:
        """Give the time from the start of the first pulse to the end of the last period, seconds."""
        return self.count / self.rate_hz


class StepperMotor(Protocol):
    """A step/direction stepper drive. Calls return at once; pulses flow in the background."""

    def queue(self, train: PulseTrain, *, joins: bool = False) -> bool:
        """Append a train to those waiting; it starts when the one before it ends.

        Args:
            train: the pulses.
            joins: it is too fast to start from rest, so it may only continue pulses that still flow.

        Returns:
            False when it was to join and the pulses had run out meanwhile; then nothing was queued.

        Raises:
            HardwareError: the drive cannot take it.
        """

    def backlog_s(self) -> float:
        """Tell how long the queued pulses will still flow, seconds (0 when the motor stands)."""

    def pending_steps(self) -> int:
        """Estimate the pulses that are queued and not yet sent, signed by direction."""

    def stop(self) -> None:
        """Drop everything queued at once and leave STEP low. Safe to call at any time, also twice."""


class AbsoluteEncoder(Protocol):
    """A single-turn absolute encoder that answers 16-bit EMS22A frames."""

    def read_word(self) -> int:
        """Clock out one frame, most significant bit first.

        Returns:
            D9...D0, OCF, COF, LIN, INC, DEC, parity: 0...65535, unchecked.

        Raises:
            HardwareError: the bus did not answer.
        """


class LimitSwitch(Protocol):
    """A switch that closes while a cam on the dome passes it."""

    def is_closed(self) -> bool:
        """Read the level.

        Raises:
            HardwareError: the line could not be read.
        """


@dataclass(frozen=True, slots=True)
class Hardware:
    """Everything that a backend delivers, opened and ready."""

    motor: StepperMotor
    encoder: AbsoluteEncoder
    home_switch: LimitSwitch
    clock: Clock
    tick_s: float
    """Wall-clock seconds between two turns of the control loop that suit this backend."""
    description: str
    """One line for people: which backend, which devices."""
    warnings: tuple[str, ...]
    """What a person must know of this backend before trusting the dome; told at every connection."""
    rest_azimuth_deg: float | None
    """Azimuth at which the backend vouches that the dome stands now, or None where only a record can prove it."""
    close: Callable[[], None]
    """Stop the motor and let go of every device."""
