"""Bourns EMS22A frames: check a 16-bit word, take its count, and follow the counts over many turns.

A frame holds, most significant bit first, D9...D0, OCF, COF, LIN, INC, DEC and an even parity bit over the fifteen
before it (AS5040 data sheet, synchronous serial interface).
"""

from enum import StrEnum

from indi_dome_driver.hardware.seam import HardwareError

COUNTS_PER_TURN = 1024
_OCF, _COF, _LIN, _INC, _DEC = 1 << 5, 1 << 4, 1 << 3, 1 << 2, 1 << 1


class FrameCheck(StrEnum):
    """The checks that a frame must pass, by the name of what is wrong when it does not."""

    RANGE = "not 16 bits"
    PARITY = "parity"
    OCF = "OCF"
    COF = "COF"
    LIN = "LIN"
    FIELD = "INC and DEC"


class BadFrame(HardwareError):  # noqa: N818 (named for what it reports)
    """Report a word that the encoder cannot have meant, and the first check that it failed."""

    def __init__(self, word: int, check: FrameCheck, meaning: str) -> None:
        super().__init__(f"encoder frame 0x{word & 0xFFFF:04X} refused ({check}): {meaning}")
        self.word = word
        self.check = check


class ImplausibleJump(HardwareError):  # noqa: N818 (named for what it reports)
    """Report a count that the dome cannot have reached since the last good one."""


def decode(word: int) -> int:
    """Check a frame and take the count out of it.

    Args:
        word: the frame as clocked out, 0...65535.

    Returns:
        The count, 0...1023.

    Raises:
        BadFrame: a check failed; the message says which and what to look at.
    """
    if not 0 <= word <= 0xFFFF:
        raise BadFrame(word, FrameCheck.RANGE, f"{word} does not fit in 16 bits")
    if word.bit_count() % 2:
        raise BadFrame(
            word, FrameCheck.PARITY, "a bit was lost or gained; check the cable, its shield and the SPI mode"
        )
    if not word & _OCF:
        raise BadFrame(word, FrameCheck.OCF, "start-up is not finished, or nothing answers; check power and data line")
    if word & _COF:
        raise BadFrame(word, FrameCheck.COF, "the angle overflowed inside the chip, or the data line is stuck high")
    if word & _LIN:
        raise BadFrame(word, FrameCheck.LIN, "the angle is doubtful; check the encoder's magnet and shaft")
    if word & _INC and word & _DEC:
        raise BadFrame(word, FrameCheck.FIELD, "the magnet's field is out of range; check the encoder's shaft")
    return word >> 6


def encode(
    count: int,
    *,
    ocf: bool = True,
    cof: bool = False,
    lin: bool = False,
    inc: bool = False,
    dec: bool = False,
) -> int:
    """Build the frame that the chip sends for a count, with its parity right.

    Args:
        count: any whole number; taken modulo one turn.
        ocf: offset compensation finished.
        cof: CORDIC overflow.
        lin: linearity alarm.
        inc: the magnet comes nearer.
        dec: the magnet goes away.

    Returns:
        The frame, 0...65535.
    """
    word = (count % COUNTS_PER_TURN) << 6
    for flag, bit in ((ocf, _OCF), (cof, _COF), (lin, _LIN), (inc, _INC), (dec, _DEC)):
        if flag:
            word |= bit
    return word | (word.bit_count() & 1)


class TurnCounter:
    """Follow single-turn counts over any number of turns.

    A count is judged before it is added: a wrong one must not shift the total by a whole turn for good.
    """

    def __init__(self, counts_per_turn: int = COUNTS_PER_TURN) -> None:
        self._turn = counts_per_turn
        self._count: int | None = None
        self._total = 0

    @property
    def count(self) -> int | None:
        """Give the last count taken, or None before the first."""
        return self._count

    @property
    def total(self) -> int:
        """Give the counts travelled since the first one taken, signed."""
        return self._total

    def take(self, count: int, max_counts: float) -> int:
        """Add one count by the shortest way round.

        Args:
            count: the count read, 0 <= count < counts per turn.
            max_counts: the most that the wheel can have turned since the last count taken, counts.

        Returns:
            The total, counts.

        Raises:
            ImplausibleJump: the step is longer than max_counts; the total stays as it was.
        """
        if self._count is None:
            self._count = count
            return self._total
        half = self._turn // 2
        step = (count - self._count + half) % self._turn - half
        if abs(step) > max_counts:
            raise ImplausibleJump(
                f"encoder count jumped from {self._count} to {count}, more than the {max_counts:.0f} counts "
                "that the dome can have turned; check the wheel's grip and the cable"
            )
        self._count = count
        self._total += step
        return self._total
