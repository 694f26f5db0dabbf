"""Open a simulated dome as if it were real hardware."""

import random
import time
from contextlib import suppress
from dataclasses import dataclass

from astro.angles import normalise_deg
from indi_dome_driver.hardware.seam import Clock, Hardware, HardwareError
from indi_dome_driver.hardware.simulated.board import SimulatedBoard
from indi_dome_driver.hardware.simulated.memory import RestingPlace
from indi_dome_driver.hardware.simulated.physics import Drive, Plant
from indi_dome_driver.hardware.simulated.trace import TraceFile
from indi_dome_driver.mechanics import Mechanics

_TICK_S = 0.020
_SHORTEST_TICK_S = 0.004


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Choose what the simulated dome is like."""

    speed_factor: float = 1.0
    """How much faster than the wall clock the dome lives, > 0."""
    start_azimuth_deg: float = 0.0
    """Where it stands at first, degrees."""
    start_lost: bool = False
    """It stands anywhere, and nobody knows where."""
    backlash_deg: float = 0.15
    """Play of the drive train, degrees of dome."""
    slip_fraction: float = 0.0
    """Share of the belt's travel that never reaches the ring, 0...1."""
    encoder_noise_counts: float = 0.3
    """Standard deviation of the encoder's noise, counts."""
    seed: int = 1
    """Start of every random figure: equal seeds, equal runs."""
    trace_file: str = ""
    """Where to keep a CSV record of the STEP line; empty for none."""
    memory_file: str = ""
    """Where the dome is remembered between runs; empty: it begins at start_azimuth_deg each time."""


def open_simulator(settings: SimulatorSettings, mechanics: Mechanics, wall_clock: Clock = time.monotonic) -> Hardware:
    """Open a simulated dome at rest.

    Args:
        settings: what the dome is like.
        mechanics: its gearing; the simulated motor and encoder are wired as it says.
        wall_clock: seconds of the world outside.

    Returns:
        The hardware; its motor, encoder and home switch are one SimulatedBoard, which tests may break.

    Raises:
        HardwareError: the trace or memory file is no good.
        ValueError: the speed factor is not greater than 0.
    """
    factor = settings.speed_factor
    if not factor > 0.0:
        raise ValueError(f"simulator.speed_factor = {factor!r}: must be greater than 0")
    epoch_s = wall_clock()

    def clock() -> float:
        return (wall_clock() - epoch_s) * factor

    chance = random.Random(settings.seed)  # noqa: S311 (a simulation, not secrets)
    place = RestingPlace(settings.memory_file) if settings.memory_file else None
    left_deg = place.recall() if place else None
    azimuth_deg = settings.start_azimuth_deg if left_deg is None else left_deg
    if settings.start_lost:
        azimuth_deg = chance.uniform(0.0, 360.0)
    drive = Drive(backlash_deg=settings.backlash_deg, slip_fraction=settings.slip_fraction)
    plant = Plant(mechanics, drive, azimuth_deg, settings.encoder_noise_counts, chance)
    trace = TraceFile(settings.trace_file, lambda at_s: epoch_s + at_s / factor) if settings.trace_file else None

    def stands(azimuth_deg: float) -> None:
        # A full disk must not stop the dome; the place is written once more, and then reported, at the end.
        with suppress(HardwareError):
            if place is not None:
                place.keep(azimuth_deg)

    board = SimulatedBoard(plant, clock, trace.note if trace else None, chance, stands if place else None)

    def close() -> None:
        board.stop()
        if trace is not None:
            trace.close()
        if place is not None:
            place.keep(plant.azimuth_deg)
            place.close()

    pace = "in real time" if factor == 1.0 else f"{factor:g} times faster than real time"
    return Hardware(
        motor=board,
        encoder=board,
        home_switch=board,
        clock=clock,
        tick_s=min(max(_TICK_S / factor, _SHORTEST_TICK_S), _TICK_S),
        description=f"simulated dome, {pace}",
        warnings=("The dome is SIMULATED: nothing real moves. hardware.backend in the configuration chooses.",),
        # Only a dome that was never used is known to stand where the settings say; later the record has to prove it.
        rest_azimuth_deg=None if settings.start_lost or left_deg is not None else normalise_deg(azimuth_deg),
        close=close,
    )
