"""The simulated pins: a stepper drive, an SPI encoder and a switch over one simulated dome."""

import random
from collections.abc import Callable

from indi_dome_driver.hardware import ems22a
from indi_dome_driver.hardware.seam import Clock, HardwareError, PulseTrain
from indi_dome_driver.hardware.simulated.faults import Faults
from indi_dome_driver.hardware.simulated.physics import Plant
from indi_dome_driver.hardware.simulated.pulses import PulseLine, TrainRecord

HAND_DEG_S = 3.0
"""How fast people push a dome, degrees/s."""


class SimulatedBoard:
    """Be the motor, the encoder and the home switch of one simulated dome.

    There is no thread: each call first brings the dome up to the clock's present.
    """

    def __init__(
        self,
        plant: Plant,
        clock: Clock,
        note: Callable[[TrainRecord], None] | None = None,
        chance: random.Random | None = None,
        stands: Callable[[float], None] | None = None,
    ) -> None:
        """Wire the pins.

        Args:
            plant: the dome.
            clock: the simulator's seconds.
            note: called with every train that ended or was cut, to keep it elsewhere than in the trace list.
            chance: source of the random faults.
            stands: called with the azimuth, degrees, at which the dome will stand when the pulses already queued have
                run out, each time that it changed: what is left of the dome if this process ends now.
        """
        self.plant = plant
        self.faults = Faults()
        self.trace: list[TrainRecord] | None = None
        """Set to a list to collect every train that ended or was cut."""
        self.last_pulse_s: float | None = None
        self.pulses_sent = 0
        self._clock = clock
        self._note = note
        self._stands = stands
        self._stands_at_deg = plant.azimuth_deg
        self._chance = chance or random.Random(2)  # noqa: S311 (faults, not secrets)
        self._line = PulseLine()
        self._now_s = clock()
        self._last_word = ems22a.encode(plant.encoder_count())

    # The stepper drive

    def queue(self, train: PulseTrain, *, joins: bool = False) -> bool:
        """Append a train to those waiting; one that joins is refused when they have run out.

        Raises:
            HardwareError: the train cannot be sent by any drive.
        """
        if train.direction not in (1, -1) or train.count < 1 or not 0.0 < train.rate_hz <= 200_000.0:
            raise HardwareError(f"stepper drive: {train} refused; direction ±1, 1 pulse or more, up to 200 kHz")
        now_s = self.advance()
        if joins and self._line.backlog_s(now_s) <= 0.0:
            return False
        self._line.append(train, now_s)
        self._tell_place()
        return True

    def backlog_s(self) -> float:
        """Tell how long pulses will still flow, seconds."""
        return self._line.backlog_s(self.advance())

    def pending_steps(self) -> int:
        """Count the pulses not yet sent, signed by direction."""
        self.advance()
        return self._line.pending()

    def stop(self) -> None:
        """Drop everything queued at once and leave STEP low."""
        self._report(self._line.cut(self.advance()))
        self.plant.rotor.rest()
        self._tell_place()

    # The encoder

    def read_word(self) -> int:
        """Clock out one frame.

        Raises:
            HardwareError: the bus is broken by a fault.
        """
        self.advance()
        faults = self.faults
        if faults.encoder_dead:
            raise HardwareError("simulated SPI bus: no answer (fault injected)")
        if faults.encoder_stuck_word is not None:
            return faults.encoder_stuck_word
        if not faults.encoder_frozen:
            self._last_word = ems22a.encode(self.plant.encoder_count())
        word = self._last_word ^ faults.flip_mask
        if faults.parity_error_rate and self._chance.random() < faults.parity_error_rate:
            word ^= 1 << self._chance.randrange(16)
        return word

    # The home switch

    def is_closed(self) -> bool:
        """Read the switch."""
        self.advance()
        return self.plant.home_closed if self.faults.home_stuck is None else self.faults.home_stuck

    # For tests and rehearsals

    @property
    def step_is_high(self) -> bool:
        """Tell the level of the STEP pin now."""
        return self._line.is_high(self.advance())

    def push(self, turn_deg: float, rate_deg_s: float = HAND_DEG_S) -> None:
        """Push the dome by hand, starting now.

        Args:
            turn_deg: signed turn, degrees.
            rate_deg_s: how fast, degrees/s.
        """
        self.advance()
        self.plant.push(turn_deg, rate_deg_s)

    def slip(self, travel_deg: float) -> None:
        """Let the belt slip over the next travel_deg of drive, degrees of dome."""
        self.advance()
        self.plant.belt.lose(travel_deg)

    def advance(self) -> float:
        """Bring the dome up to the present.

        Returns:
            The present, seconds of the simulator.
        """
        now_s = self._clock()
        self.plant.elapse(max(0.0, now_s - self._now_s))
        self._now_s = now_s
        sent, ended = self._line.advance(now_s)
        for delivery in sent:
            self.pulses_sent += delivery.pulses
            self.last_pulse_s = delivery.last_pulse_s
            if delivery.from_rest:
                self.plant.rotor.rest()
            if not self.faults.motor_disconnected:
                sign = -delivery.direction if self.faults.wired_backwards else delivery.direction
                self.plant.step(sign * delivery.rate_hz, delivery.pulses)
        self._report(ended)
        self._tell_place()
        return now_s

    def _tell_place(self) -> None:
        if self._stands is None:
            return
        sign = 0 if self.faults.motor_disconnected else -1 if self.faults.wired_backwards else 1
        place_deg = self.plant.will_stand_deg(sign * self._line.pending())
        if place_deg != self._stands_at_deg:
            self._stands_at_deg = place_deg
            self._stands(place_deg)

    def _report(self, records: list[TrainRecord]) -> None:
        if self.trace is not None:
            self.trace.extend(records)
        if self._note is not None:
            for record in records:
                self._note(record)
