"""The configuration of an observatory: one checked tree for the driver and the client."""

from indi_dome_driver.config.errors import ConfigError
from indi_dome_driver.config.load import LoadedConfig, load_config, resolve_abaque
from indi_dome_driver.config.paths import data_file, user_config_file
from indi_dome_driver.config.tree import Config

__all__ = [
    "Config",
    "ConfigError",
    "LoadedConfig",
    "data_file",
    "load_config",
    "resolve_abaque",
    "user_config_file",
]
