"""What can be broken on the simulated dome, for tests and rehearsals."""

from dataclasses import dataclass


@dataclass(slots=True)
class Faults:
    """Switches that break the simulated dome; flip them at any time."""

    encoder_dead: bool = False
    """The bus does not answer."""
    encoder_frozen: bool = False
    """The wheel has lost the ring: the count stays."""
    encoder_stuck_word: int | None = None
    """The data line delivers this word whatever happens."""
    flip_mask: int = 0
    """Bits inverted in every word."""
    parity_error_rate: float = 0.0
    """Share of the words with one inverted bit, 0...1."""
    home_stuck: bool | None = None
    """The switch stays closed (True) or open (False)."""
    motor_disconnected: bool = False
    """Pulses flow, nothing turns."""
    wired_backwards: bool = False
    """The motor turns the other way."""
