"""Follow the dome by its encoder: read, check, unwrap, and remember the last moments."""

from collections import deque

from indi_dome_driver.hardware import ems22a
from indi_dome_driver.hardware.seam import AbsoluteEncoder, HardwareError
from indi_dome_driver.mechanics import Mechanics

_READS_PER_TURN = 3
"""A frame takes tens of microseconds: a bad one is cheaper to read again than to reason about."""
_HAND_DEG_S = 10.0
"""Nothing, not even people, turns the dome faster than this, degrees/s."""
_NOISE_COUNTS = 8.0
_STILL_COUNTS = 6.0
_WINDOW_S = 0.3
"""How far back the rate looks, seconds: two noisy counts apart stay below the turning threshold."""
_FEWEST = 4
_TURNING_DEG_S = 0.15
"""Below this the rate is noise, degrees/s."""


class EncoderTrack:
    """Keep the dome's travel since the start, and how it changed lately."""

    def __init__(self, encoder: AbsoluteEncoder, mechanics: Mechanics, timeout_s: float) -> None:
        """Start with nothing read.

        Args:
            encoder: the encoder.
            mechanics: the friction wheel.
            timeout_s: silence that counts as lost, seconds.
        """
        self._encoder = encoder
        self._deg_per_count = mechanics.encoder_sign / mechanics.counts_per_deg
        self._counts_per_deg = mechanics.counts_per_deg
        self._counter = ems22a.TurnCounter(mechanics.encoder_counts_per_turn)
        self._timeout_s = timeout_s
        self._recent: deque[tuple[float, float]] = deque()
        self._good_s: float | None = None
        self._failed_turns = 0
        self._now_s = 0.0
        self.trouble = ""
        """What the last failed read said."""

    @property
    def count(self) -> int:
        """Give the last good count within the turn of the encoder's shaft."""
        return self._counter.count or 0

    @property
    def travel_deg(self) -> float:
        """Give the dome's turn since the first good count, unwrapped, degrees."""
        return self._counter.total * self._deg_per_count

    @property
    def answered(self) -> bool:
        """Tell whether any good count was ever read."""
        return self._counter.count is not None

    @property
    def lost(self) -> bool:
        """Tell whether the encoder has been silent for longer than the timeout, over more than one turn of the loop."""
        silence_s = self._now_s - (self._good_s if self._good_s is not None else self._now_s)
        return self._failed_turns > 1 and silence_s > self._timeout_s

    @property
    def rate_deg_s(self) -> float:
        """Give the dome's speed over the last moments, signed, degrees/s; 0 while nothing is known."""
        if len(self._recent) < 2:
            return 0.0
        (start_s, start_deg), (end_s, end_deg) = self._recent[0], self._recent[-1]
        elapsed_s = end_s - start_s
        return (end_deg - start_deg) / elapsed_s if elapsed_s >= _WINDOW_S / 2.0 else 0.0

    @property
    def turning(self) -> int:
        """Tell the direction in which the dome really turns: +1, -1, or 0 at rest."""
        rate = self.rate_deg_s
        return 0 if abs(rate) < _TURNING_DEG_S else (1 if rate > 0.0 else -1)

    def poll(self, now_s: float) -> bool:
        """Read the encoder once, or again if the frame was bad.

        Args:
            now_s: the hardware's clock, seconds.

        Returns:
            Whether a good count came.
        """
        self._now_s = now_s
        if self._good_s is None:
            self._good_s = now_s
        plausible = _HAND_DEG_S * (now_s - self._good_s) * self._counts_per_deg + _NOISE_COUNTS
        good = any(self._read(plausible) for _ in range(_READS_PER_TURN))
        if good:
            self._good_s = now_s
            self._failed_turns = 0
            self._recent.append((now_s, self.travel_deg))
        else:
            self._failed_turns += 1
        # A slow loop, too, must see a rate: while counts come, a few are kept however old.
        keep = _FEWEST if good else 0
        while len(self._recent) > keep and now_s - self._recent[0][0] > _WINDOW_S:
            self._recent.popleft()
        return good

    def rest_travel_deg(self, since_s: float) -> float | None:
        """Average the travel over the last moments, if the dome stood still.

        Args:
            since_s: counts from before this instant are left out, seconds of the hardware's clock.

        Returns:
            Travel, degrees; None while the dome moves or fewer than three counts came.
        """
        travels = [travel for at_s, travel in self._recent if at_s >= since_s]
        if len(travels) < 3 or max(travels) - min(travels) > _STILL_COUNTS / self._counts_per_deg:
            return None
        return sum(travels) / len(travels)

    def _read(self, plausible_counts: float) -> bool:
        try:
            self._counter.take(ems22a.decode(self._encoder.read_word()), plausible_counts)
        except HardwareError as error:
            self.trouble = str(error)
            return False
        return True
