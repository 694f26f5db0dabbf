"""Choose the configuration file, read it, and resolve the files it names."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from indi_dome_driver.config.errors import ConfigError
from indi_dome_driver.config.parse import parse_config
from indi_dome_driver.config.paths import data_file, user_config_file
from indi_dome_driver.config.tree import Config

ENVIRONMENT_KEY = "INDI_DOME_CONFIG"
"""Names a configuration file where no --config can be given, as below indiserver."""
DEVICE_KEY = "INDIDEV"
"""Holds the name that indiserver or KStars gave to this device."""


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A configuration and where it is from."""

    config: Config
    source_path: Path


def load_config(path: Path | None, environ: Mapping[str, str]) -> LoadedConfig:
    """Load the configuration that counts: --config, INDI_DOME_CONFIG, the user's for this dome, the user's, ours.

    "For this dome" is told by INDIDEV: two domes under one server share the environment, but for their names.

    Args:
        path: the argument of --config, or None.
        environ: the environment.

    Returns:
        The checked tree and the file it came from.

    Raises:
        ConfigError: the file cannot be read, or something in it cannot be used.
    """
    source, named_by = _choose(path, environ)
    return LoadedConfig(parse_config(_read(source, named_by), source), source)


def resolve_abaque(config: Config, source_path: Path | None) -> Path | None:
    """Find the measured table that the configuration names.

    Args:
        config: the tree.
        source_path: the file it came from; a relative name is sought beside it first, then among the delivered data.

    Returns:
        An existing file, or None where the configuration wants no table.

    Raises:
        ConfigError: it names a table that is not there.
    """
    name = config.abaque.file
    if not name:
        return None
    wanted = _from_home(name)
    tried = []
    if source_path is not None or wanted.is_absolute():
        # An absolute name stays what it is when joined to a folder.
        beside = source_path.parent / wanted if source_path is not None else wanted
        if os.path.isfile(beside):
            return beside
        tried.append(f"sought at {beside}")
    if not wanted.is_absolute():
        try:
            return data_file(name)
        except FileNotFoundError as error:
            tried.append(str(error))
    problem = f'abaque.file = "{name}": there is no such table; name an .xlsx file, or "" for none ({"; ".join(tried)})'
    raise ConfigError(source_path, problem, key="abaque.file")


def _choose(path: Path | None, environ: Mapping[str, str]) -> tuple[Path, str]:
    if path is not None:
        return path, "named by --config"
    named = environ.get(ENVIRONMENT_KEY)
    if named:
        return _from_home(named), f"named by {ENVIRONMENT_KEY}"
    device = environ.get(DEVICE_KEY, "")
    for users in (user_config_file(environ, device), user_config_file(environ)):
        if os.path.lexists(users):  # also a dangling link: it is meant, so it must not be passed over in silence
            return users, "the user's own"
    try:
        return data_file("config.json"), "delivered with the project"
    except FileNotFoundError as error:
        raise ConfigError(None, str(error)) from error


def _from_home(name: str) -> Path:
    return Path(name).expanduser() if name.startswith("~/") else Path(name)


def _read(source: Path, named_by: str) -> str:
    try:
        # Editors on Windows put a byte order mark before the text.
        return source.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(source, f"there is no such configuration file ({named_by})") from error
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(source, f"the configuration file cannot be read ({named_by}): {reason}") from error
    except UnicodeDecodeError as error:
        problem = f"the configuration file is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise ConfigError(source, problem) from error
    except ValueError as error:  # a NUL in the name
        raise ConfigError(None, f"{str(source)!r} cannot be a file's name ({named_by}): {error}") from error
