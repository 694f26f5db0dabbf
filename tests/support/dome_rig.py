"""A simulated dome, its axis and a clock that only moves when told."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from astro.angles import difference_deg
from indi_dome_driver.axis import Axis, AxisLimits
from indi_dome_driver.hardware.simulated.backend import SimulatorSettings, open_simulator
from indi_dome_driver.hardware.simulated.board import SimulatedBoard
from indi_dome_driver.hardware.simulated.pulses import TrainRecord
from indi_dome_driver.mechanics import Mechanics


class DomeRig:
    """Everything below the device, without a second of waiting."""

    def __init__(
        self, settings: SimulatorSettings | None = None, mechanics: Mechanics | None = None, tick_s: float | None = None
    ) -> None:
        self.wall_s = 1000.0
        self.settings = settings or SimulatorSettings()
        self.mechanics = mechanics or Mechanics()
        self.hardware = open_simulator(self.settings, self.mechanics, lambda: self.wall_s)
        self.tick_s = tick_s or self.hardware.tick_s
        board = self.hardware.motor
        assert isinstance(board, SimulatedBoard)
        self.board = board
        self.trace: list[TrainRecord] = []
        board.trace = self.trace
        self.axis = Axis(self.hardware, self.mechanics, AxisLimits())
        self.peak_deg_s = 0.0
        self.turns(5)

    @property
    def now_s(self) -> float:
        """The simulator's present."""
        return self.hardware.clock()

    @property
    def true_deg(self) -> float:
        self.board.advance()
        return self.board.plant.azimuth_deg

    def error_deg(self, target_deg: float) -> float:
        return abs(difference_deg(target_deg, self.true_deg))

    def turns(self, count: int) -> None:
        for _ in range(count):
            self.wall_s += self.tick_s
            self.axis.update()
            self.peak_deg_s = max(self.peak_deg_s, abs(self.axis.rate_deg_s))

    def live(self, seconds: float) -> None:
        """Let the loop turn for some simulated seconds."""
        self.turns(round(seconds / (self.tick_s * self.settings.speed_factor)))

    def until(self, condition: Callable[[], bool], limit_s: float = 700.0) -> None:
        """Let the loop turn until a condition holds; fail after limit_s simulated seconds."""
        end_s = self.now_s + limit_s
        while not condition():
            assert self.now_s < end_s, f"not within {limit_s} simulated seconds; fault {self.axis.fault}"
            self.turns(1)

    def rest(self) -> None:
        self.turns(1)
        self.until(lambda: not self.axis.moving)

    def rates(self) -> list[float]:
        return [record.direction * record.rate_hz for record in self.trace]

    def jumps(self) -> list[float]:
        """Differences of rate between trains that follow one another without a pause, or from rest after one."""
        jumps = []
        for before, after in pairwise(self.trace):
            flowing = after.start_s - before.end_s < 1e-4
            start = before.direction * before.rate_hz if flowing else 0.0
            jumps.append(abs(after.direction * after.rate_hz - start))
        return jumps


def quiet(**changes: object) -> SimulatorSettings:
    """An ideal dome: no play, no noise."""
    ideal = SimulatorSettings(backlash_deg=0.0, encoder_noise_counts=0.0)
    return replace(ideal, **changes)  # type: ignore[arg-type]
