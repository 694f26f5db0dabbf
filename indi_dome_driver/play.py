"""The play of the drive train: how many pulses are lost after each reversal before the dome follows."""


class Play:
    """Follow the pulses through the play.

    What is driven lies in a gap of a given width: pulses move inside the gap before they push one of its walls. This
    also answers for reversals before the gap was crossed. The side is unknown at the start, so the first pulses are
    taken to turn the dome at once.
    """

    def __init__(self, steps: int = 0) -> None:
        """Begin with an unknown side.

        Args:
            steps: width of the gap, pulses, >= 0; 0 when it is not compensated.
        """
        self.steps = steps
        self.dome_steps = 0
        """Pulses that reached the dome so far, signed."""
        self._at = 0
        self._low: int | None = None

    def follow(self, pulses: int) -> None:
        """Go on to a count of pulses.

        Args:
            pulses: all that were given so far, signed sum.
        """
        if pulses == self._at:
            return
        if self._low is None:
            self._low = self._at - self.steps if pulses > self._at else self._at
        self._at = pulses
        beyond = max(0, pulses - self._low - self.steps) + min(0, pulses - self._low)
        self._low += beyond
        self.dome_steps += beyond

    def slack(self, direction: int) -> int:
        """Tell how many pulses would be lost now before the dome turns.

        Args:
            direction: +1 or -1.
        """
        if self._low is None:
            return 0
        return self._low + self.steps - self._at if direction > 0 else self._at - self._low

    def resize(self, steps: int) -> None:
        """Take another width; the side is unknown again."""
        self.steps, self._low = steps, None

    def take(self, other: "Play") -> None:
        """Be where another one is."""
        self.steps, self.dome_steps, self._at, self._low = other.steps, other.dome_steps, other._at, other._low
