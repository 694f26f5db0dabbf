"""Turns the configuration into the mechanics of the dome and the hardware that was chosen."""

from collections.abc import Callable
from pathlib import Path

from indi_dome_driver.config.tree import Config
from indi_dome_driver.hardware.seam import Hardware
from indi_dome_driver.mechanics import Mechanics


def mechanics_of(config: Config) -> Mechanics:
    """Collect the figures of gearing, encoder and home switch."""
    motor, encoder, home = config.motor, config.encoder, config.home
    return Mechanics(
        steps_per_turn_motor=motor.steps_per_turn,
        microsteps=motor.microsteps,
        gear_ratio=motor.gear_ratio,
        gear_correction=motor.gear_correction,
        step_interval_us=motor.step_interval_us,
        acceleration_steps_s2=motor.acceleration_steps_s2,
        motor_sign=motor.direction_sign,
        encoder_wheel_mm=encoder.wheel_mm,
        encoder_ring_mm=encoder.ring_mm,
        encoder_counts_per_turn=encoder.counts_per_turn,
        encoder_sign=encoder.sign,
        home_azimuth_deg=home.azimuth_deg,
        home_width_deg=home.width_deg,
    )


def opener(config: Config, mechanics: Mechanics, memory: Path) -> Callable[[], Hardware]:
    """Choose the backend; it is imported and opened when the result is called.

    Args:
        config: the configuration.
        mechanics: of the dome.
        memory: file in which a simulated dome stays where it was left.
    """

    def simulator() -> Hardware:
        from indi_dome_driver.hardware.simulated.backend import SimulatorSettings, open_simulator

        chosen = config.simulator
        settings = SimulatorSettings(
            speed_factor=chosen.speed_factor,
            start_azimuth_deg=chosen.start_azimuth_deg,
            start_lost=chosen.start_lost,
            backlash_deg=chosen.backlash_deg,
            slip_fraction=chosen.slip_fraction,
            encoder_noise_counts=chosen.encoder_noise_counts,
            seed=chosen.seed,
            trace_file=chosen.trace_file,
            memory_file=str(memory),
        )
        return open_simulator(settings, mechanics)

    return {"simulator": simulator}[config.hardware.backend]


def is_simulated(config: Config) -> bool:
    """Tell whether the chosen backend moves nothing real."""
    return config.hardware.backend == "simulator"
