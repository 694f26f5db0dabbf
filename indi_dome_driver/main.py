"""The executable `indi_dome_driver`, as indiserver starts it."""

import argparse
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from indi_dome_driver import __version__

EXAMPLES = """\
indiserver starts this program; it is not meant to be run by hand, except to try it:

  indiserver -v indi_dome_driver indi_simulator_telescope
  INDI_DOME_CONFIG=~/dome.json indiserver -v indi_dome_driver

environment: INDI_DOME_CONFIG  configuration file (indiserver passes no arguments)
             INDIDEV           device name that clients see; for two domes on one server, each with its own
                               ~/.config/indi_dome_driver/NAME.json
             INDICONFIG        file for the settings saved by clients
"""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the driver until its server goes away.

    Returns:
        Exit code: 0 after a clean end, 1 when the configuration cannot be used.
    """
    parser = argparse.ArgumentParser(
        prog="indi_dome_driver",
        description="INDI driver for a rotating dome.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration file (JSON)")
    parser.add_argument("--version", action="version", version=f"indi_dome_driver {__version__}")
    options = parser.parse_args(arguments)
    if sys.stdin is not None and sys.stdin.isatty():
        print("Waiting for INDI on standard input; indiserver should start this program (see --help).", file=sys.stderr)
    from indi_dome_driver.config.errors import ConfigError

    try:
        serve(options.config, os.environ)
    except ConfigError as error:
        print(f"indi_dome_driver: {error}", file=sys.stderr)
        return 1
    return 0


def clean_name(device: str) -> str:
    """Make a name fit to be written in XML, in files that other drivers share too.

    Args:
        device: as the environment gives it: it may hold bytes that are no text, and control characters.
    """
    text = device.encode("utf-8", "replace").decode()
    return "".join(each if each.isprintable() else " " for each in text)


def serve(config_file: Path | None, environ: Mapping[str, str]) -> None:
    """Load the configuration and serve standard input and output.

    Args:
        config_file: from --config, or None.
        environ: the process's environment.

    Raises:
        ConfigError: the configuration cannot be used.
    """
    import asyncio

    from indi_dome_driver.abaque_loader import AbaqueLoader
    from indi_dome_driver.backends import is_simulated, mechanics_of, opener
    from indi_dome_driver.calibration_record import CalibrationRecord
    from indi_dome_driver.config.load import load_config, resolve_abaque
    from indi_dome_driver.config.paths import calibration_file, file_stem, state_folder
    from indi_dome_driver.device.device import Device
    from indi_dome_driver.device.message_log import MessageLog
    from indi_dome_driver.device.saved_config import SavedConfig
    from indi_dome_driver.device.session import Surroundings
    from indi_dome_driver.durable import sweep
    from indi_dome_driver.park_data import ParkFile
    from indi_dome_driver.position_record import PositionFile
    from indi_dome_driver.runner import Runner, silence_broken_pipe

    loaded = load_config(config_file, environ)
    config = loaded.config
    name = clean_name(environ.get("INDIDEV") or config.device_name)
    stem = file_stem(name)
    folder = state_folder(environ)
    sweep(folder, time.time())
    mechanics = mechanics_of(config)
    saved_path = Path(environ["INDICONFIG"]) if environ.get("INDICONFIG") else folder / f"{stem}_config.xml"
    loader = AbaqueLoader()
    around = Surroundings(
        config=config,
        abaque=resolve_abaque(config, loaded.source_path),
        park_file=ParkFile(folder / "ParkData.xml", name),
        position_file=PositionFile(folder / f"{stem}_position.json"),
        load=loader,
        calibration_record=CalibrationRecord(calibration_file(environ, name)),
        calibrate=loader.calibrate,
        wall_clock=time.time,
    )

    async def main() -> None:
        runner = Runner()
        device = Device(
            name,
            runner.send,
            opener(config, mechanics, folder / f"{stem}_simulator.json"),
            is_simulated(config),
            mechanics,
            around,
            SavedConfig(saved_path, name),
            MessageLog(folder / "logs", "indi_dome_driver", time.time),
        )
        await runner.run(device, loader)

    asyncio.run(main())
    silence_broken_pipe()


if __name__ == "__main__":
    sys.exit(run())
