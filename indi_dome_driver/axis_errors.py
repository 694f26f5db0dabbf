"""What can go wrong on the axis: faults that stop it, and commands that it refuses."""

from dataclasses import dataclass
from enum import StrEnum


class FaultCode(StrEnum):
    """What stopped the axis."""

    ENCODER = "encoder"
    """The encoder does not answer, or answers nonsense."""
    STALLED = "stalled"
    """Pulses were sent and the dome did not follow."""
    RUNAWAY = "runaway"
    """The dome turned without the pulses, or against them."""
    NOT_REACHED = "not reached"
    """The target was missed after every correction allowed."""
    MOTOR = "motor"
    """The stepper drive did not take an order."""


@dataclass(frozen=True, slots=True)
class AxisFault:
    """One fault, told so that a person can act on it."""

    code: FaultCode
    text: str
    """What was seen, and the remedy."""


class AxisRefused(Exception):  # noqa: N818 (named for what it reports)
    """Report a command that the axis does not carry out; the message says why and what helps."""


class PositionUnknown(AxisRefused):
    """Report that the dome's azimuth is not known, so that it cannot go to one."""


class StillMoving(AxisRefused):
    """Report a command that needs a dome at rest."""


class EncoderSilent(AxisRefused):
    """Report that the axis will not turn without its encoder."""


class CableAtLimit(AxisRefused):
    """Report a turn that would wind the cables beyond their limit."""
