"""Where files live: the delivered data in a checkout or an installation, and the user's own configuration."""

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

SHARE = Path("share", "indi_dome_driver", "data")
"""Folder of the delivered data below an installation's prefix, as setup.cfg installs it."""

PACKAGES = Path(__file__).resolve().parents[2]
"""The folder that holds the packages: a checkout, or an installation's site-packages."""


def data_file(name: str) -> Path:
    """Find a file that is delivered with the project.

    Args:
        name: its name in `data/`, as `config.json`.

    Returns:
        The first that exists of: the checkout's, the environment's, the user installation's, the one beside the
        packages (`pip install --target`).

    Raises:
        FileNotFoundError: none exists; the message lists the places.
    """
    places = []
    for folder in _data_folders():
        place = folder / name
        if os.path.isfile(place):  # False, not an error, where a folder may not be entered
            return place
        places.append(place)
    tried = ", ".join(str(place) for place in dict.fromkeys(places))
    raise FileNotFoundError(f"{name} is not among the delivered data; sought at {tried}. Is the installation complete?")


def user_config_file(environ: Mapping[str, str], device: str = "") -> Path:
    """Name the user's configuration file, which need not exist (XDG Base Directory Specification 0.8).

    Args:
        environ: the environment; XDG_CONFIG_HOME counts when absolute, else HOME.
        device: INDI device name, for the file of that dome alone; "" for the file of all domes.
    """
    configured = Path(environ.get("XDG_CONFIG_HOME", ""))
    base = configured if configured.is_absolute() else Path(environ.get("HOME") or Path.home()) / ".config"
    return base / "indi_dome_driver" / (f"{file_stem(device)}.json" if device else "config.json")


def state_folder(environ: Mapping[str, str]) -> Path:
    """Name the folder of what is remembered of devices: INDI's own.

    Args:
        environ: the environment; HOME counts.
    """
    return Path(environ.get("HOME") or Path.home()) / ".indi"


def calibration_file(environ: Mapping[str, str], device: str) -> Path:
    """Name the record of what was measured with a dome at the telescope.

    Args:
        environ: the environment.
        device: INDI device name of the dome.
    """
    return state_folder(environ) / f"{file_stem(device)}_calibration.jsonl"


def file_stem(device: str) -> str:
    """Make a device name fit for a file name; a name cannot lead out of its folder.

    Args:
        device: INDI device name.

    Returns:
        The name itself, unless it has a slash or is longer than file systems take.
    """
    stem = device.replace("/", "%2F")
    return stem.encode("utf-8", "replace")[:200].decode("utf-8", "ignore")


def _data_folders() -> Iterator[Path]:
    if (PACKAGES / "setup.cfg").is_file():
        yield PACKAGES / "data"
    yield Path(sys.prefix) / SHARE
    import sysconfig  # costs 20 ms to ask; a checkout or a virtual environment has answered by now

    for scheme in (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user")):
        yield Path(sysconfig.get_path("data", scheme)) / SHARE
    yield PACKAGES / SHARE
