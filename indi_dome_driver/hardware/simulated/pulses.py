"""Trains of step pulses laid out in time: which pulses have left the pin by a given instant."""

import math
from collections import deque
from dataclasses import dataclass

from indi_dome_driver.hardware.seam import PulseTrain

_HICCUP_S = 0.0005
"""A pause shorter than this between two trains is no stop for the rotor, seconds."""
_ROUNDING = 1e-9
"""Pulses; keeps the pulse that is due exactly now from being missed by rounding."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Pulses that left the pin since the last look."""

    direction: int
    rate_hz: float
    pulses: int
    last_pulse_s: float
    from_rest: bool
    """The motor stood before the first of them."""


@dataclass(frozen=True, slots=True)
class TrainRecord:
    """What a logic analyser would note about one train."""

    start_s: float
    end_s: float
    direction: int
    rate_hz: float
    pulses_sent: int
    pulses_queued: int
    last_pulse_s: float


@dataclass(slots=True)
class _Laid:
    train: PulseTrain
    start_s: float
    from_rest: bool
    sent: int = 0

    @property
    def end_s(self) -> float:
        return self.start_s + self.train.duration_s

    def due(self, now_s: float) -> int:
        if now_s < self.start_s:
            return 0
        return min(self.train.count, math.floor((now_s - self.start_s) * self.train.rate_hz + _ROUNDING) + 1)

    def pulse_s(self, number: int) -> float:
        return self.start_s + (number - 1) / self.train.rate_hz

    def record(self, end_s: float) -> TrainRecord:
        train = self.train
        return TrainRecord(
            self.start_s, end_s, train.direction, train.rate_hz, self.sent, train.count, self.pulse_s(self.sent)
        )


class PulseLine:
    """Lay trains one after another on the STEP line and send their pulses as time passes."""

    def __init__(self) -> None:
        self._laid: deque[_Laid] = deque()
        self._end_s = -math.inf

    def append(self, train: PulseTrain, now_s: float) -> None:
        """Lay a train behind the last one, or at now if the line is free.

        Args:
            train: the pulses.
            now_s: the present, seconds.
        """
        start_s = max(now_s, self._end_s)
        self._laid.append(_Laid(train, start_s, from_rest=start_s - self._end_s > _HICCUP_S))
        self._end_s = start_s + train.duration_s

    def advance(self, now_s: float) -> tuple[list[Delivery], list[TrainRecord]]:
        """Send what is due.

        Args:
            now_s: the present, seconds.

        Returns:
            The pulses sent since the last call, and the trains that ended.
        """
        sent: list[Delivery] = []
        ended: list[TrainRecord] = []
        while self._laid and self._laid[0].start_s <= now_s:
            first = self._laid[0]
            due = first.due(now_s)
            if due > first.sent:
                from_rest = first.from_rest and first.sent == 0
                train = first.train
                sent.append(
                    Delivery(train.direction, train.rate_hz, due - first.sent, first.pulse_s(due), from_rest),
                )
                first.sent = due
            if first.end_s > now_s:
                break
            ended.append(first.record(first.end_s))
            self._laid.popleft()
        return sent, ended

    def cut(self, now_s: float) -> list[TrainRecord]:
        """Drop everything that has not been sent.

        Args:
            now_s: the present, seconds; call advance for it first.

        Returns:
            The train that was cut short, if one was under way.
        """
        cut = [laid.record(now_s) for laid in self._laid if laid.sent]
        self._laid.clear()
        self._end_s = -math.inf
        return cut

    def backlog_s(self, now_s: float) -> float:
        """Tell how long pulses will still flow, seconds."""
        return max(0.0, self._end_s - now_s) if self._laid else 0.0

    def pending(self) -> int:
        """Count the pulses not yet sent, signed by direction."""
        return sum(laid.train.direction * (laid.train.count - laid.sent) for laid in self._laid)

    def is_high(self, now_s: float) -> bool:
        """Tell the level of STEP: high in the first half of each period."""
        if not self._laid or now_s < self._laid[0].start_s:
            return False
        first = self._laid[0]
        periods = (now_s - first.start_s) * first.train.rate_hz + _ROUNDING
        return periods < first.train.count and periods % 1.0 < 0.5
