"""Learn how fast the control loop turns, and from it how far ahead the motor must be fed."""

from collections import deque

_TURNS_AHEAD = 3.0
_HICCUP_MARGIN = 1.3
_SHORTEST_S = 0.060
_LONGEST_S = 0.120
_FAST_CLOCK = 5.0
"""A turn that takes this many ticks of the wall clock, time after time, tells of a clock that runs faster."""


class Pace:
    """Measure turns of the loop in the hardware's own seconds."""

    def __init__(self, tick_s: float) -> None:
        """Begin with the turn that the backend asks for.

        Args:
            tick_s: wall-clock time of a turn, seconds.
        """
        self._tick_s = tick_s
        self._last_s: float | None = None
        self._turns: deque[float] = deque(maxlen=8)

    def turn(self, now_s: float) -> None:
        """Note one turn of the loop at now_s, seconds of the hardware's clock."""
        if self._last_s is not None and now_s > self._last_s:
            self._turns.append(now_s - self._last_s)
        self._last_s = now_s

    @property
    def lookahead_s(self) -> float:
        """Tell how much motion may wait in the drive, seconds of the hardware's clock.

        Three turns are enough for a regular loop, by the shortest turn seen lately; hiccups lengthen the queue, up to
        twice that. On a clock that runs with the wall's it stays within 60...120 ms: so long the dome turns if the
        loop dies.
        """
        shortest_s = min(self._turns, default=self._tick_s)
        longest_s = max(self._turns, default=self._tick_s)
        ahead_s = max(_SHORTEST_S, _TURNS_AHEAD * shortest_s, _HICCUP_MARGIN * longest_s)
        runs_fast = shortest_s > _FAST_CLOCK * self._tick_s
        return min(ahead_s, 2.0 * _TURNS_AHEAD * shortest_s if runs_fast else _LONGEST_S)
