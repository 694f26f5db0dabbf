"""A device rig whose dome stands at a place of choice, and the search for its home."""

from pathlib import Path

from device_rig import DeviceRig

from indi_dome_driver.hardware.simulated.backend import SimulatorSettings

HOME = "HOME"


def rig_at(folder: Path, azimuth_deg: float = 80.0, lost: bool = False, **config: object) -> DeviceRig:
    """Connect to a dome that stands somewhere, and perhaps does not know where."""
    settings = SimulatorSettings(speed_factor=20.0, start_azimuth_deg=azimuth_deg, start_lost=lost)
    return DeviceRig(folder, settings, config=config).connect()


def find(rig: DeviceRig) -> None:
    rig.switch(HOME, "HOME_FIND")
    rig.until(lambda: rig.state(HOME) != "Busy", 120.0)
