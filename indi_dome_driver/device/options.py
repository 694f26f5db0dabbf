"""The options of every INDI driver: saved configuration, debug log, simulation, polling period, mount policy."""

from collections.abc import Callable
from typing import Any

from indi_dome_driver.device.panel import Panel
from indi_dome_driver.device.saved_config import SavedConfigError
from indi_dome_driver.device.settings import Settings
from indi_dome_driver.indi.message import Message
from indi_dome_driver.indi.vectors import State

CONFIG = "CONFIG_PROCESS"


class OptionControl:
    """Answers the option properties.

    Args:
        panel: the property sheet.
        settings: what is kept on disk.
        replay: carries out a saved command as if a client had sent it.
        at_rest: tells whether the disk may be waited for.
    """

    def __init__(
        self,
        panel: Panel,
        settings: Settings,
        replay: Callable[[Message], None],
        at_rest: Callable[[], bool],
    ) -> None:
        self._panel = panel
        self._settings = settings
        self._replay = replay
        self._at_rest = at_rest
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            CONFIG: self._on_config,
            "SIMULATION": self._on_simulation,
            "POLLING_PERIOD": self._on_polling,
            "MOUNT_POLICY": self._on_mount_policy,
        }

    def _on_config(self, values: dict[str, Any]) -> None:
        chosen = next((name for name, on in values.items() if on), "")
        try:
            match chosen:
                case "CONFIG_LOAD" | "CONFIG_DEFAULT":
                    for message in self._settings.stored(default=chosen == "CONFIG_DEFAULT"):
                        self._replay(message)
                    self._panel.info("Configuration is loaded.")
                case "CONFIG_SAVE":
                    self._settings.save(sync=self._at_rest())
                    self._panel.info(f"Configuration is saved in {self._settings.path}.")
                case "CONFIG_PURGE":
                    self._settings.purge()
                    self._panel.info("The saved configuration is deleted.")
        except SavedConfigError as error:
            # KStars loads at every connect; that nothing was saved yet is no error to frighten people with.
            self._panel.info(f"Configuration: {error}.")
            self._panel.set_switch(CONFIG, State.ALERT, on=None)
        else:
            self._panel.set_switch(CONFIG, State.OK, on=None)

    def _on_simulation(self, values: dict[str, Any]) -> None:
        present = self._panel.switch("SIMULATION").selected
        if not values.get(present or ""):
            self._panel.error(
                "Simulated or real hardware is chosen by hardware.backend in the configuration file, not while running."
            )
            self._panel.announce("SIMULATION", State.ALERT)
        else:
            self._panel.announce("SIMULATION", State.OK)

    def _on_polling(self, values: dict[str, Any]) -> None:
        self._panel.set_numbers("POLLING_PERIOD", State.OK, values)

    def _on_mount_policy(self, values: dict[str, Any]) -> None:
        locks = bool(values.get("MOUNT_LOCKS"))
        self._panel.set_switch("MOUNT_POLICY", State.OK, on="MOUNT_LOCKS" if locks else "MOUNT_IGNORED")
        self._panel.info(
            "The dome parks only when the mount is parked." if locks else "The dome parks whatever the mount does."
        )
