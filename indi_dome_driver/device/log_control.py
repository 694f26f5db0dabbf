"""DEBUG and what it brings: the levels told to clients, the levels written to a log file, and where both go."""

from collections.abc import Callable
from typing import Any

from indi_dome_driver.device.message_log import USUAL, MessageLog
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.log_text import Level
from indi_dome_driver.indi.vectors import State
from indi_dome_driver.properties import logging_vectors

DEBUG, TOLD, WRITTEN, OUTPUT = "DEBUG", "DEBUG_LEVEL", "LOGGING_LEVEL", "LOG_OUTPUT"
LEVELS = {"ERROR": Level.ERROR, "WARNING": Level.WARNING, "SESSION": Level.INFO, "DEBUG": Level.DEBUG}


class LogControl:
    """Answers the logging properties. Switched off, everything is as at the start: clients hear all but debug texts.

    Args:
        panel: the property sheet.
        log: filters the messages.
        set_debug: switches the echo of received messages in the server's own log.
    """

    def __init__(self, panel: Panel, log: MessageLog, set_debug: Callable[[bool], None]) -> None:
        self._panel = panel
        self._log = log
        self._set_debug = set_debug
        self._vectors = logging_vectors()
        log.on_failure = self._on_failure
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            DEBUG: self._on_debug,
            TOLD: lambda values: self._on_levels(TOLD, values),
            WRITTEN: lambda values: self._on_levels(WRITTEN, values),
            OUTPUT: self._on_output,
        }

    def _on_debug(self, values: dict[str, Any]) -> None:
        enabled = bool(values.get("ENABLE"))
        shown = OUTPUT in self._panel.vectors
        self._set_debug(enabled)
        if enabled and not shown:
            self._panel.info("Debug is enabled.")
            self._panel.add(self._vectors)
            self._try()
        elif shown and not enabled:
            self._panel.info("Debug is disabled.")
            self._log.choose(USUAL, None)
            self._panel.remove([vector.name for vector in self._vectors])
        self._panel.set_switch(DEBUG, State.OK, on="ENABLE" if enabled else "DISABLE")

    def _on_levels(self, name: str, values: dict[str, Any]) -> None:
        switch = self._panel.switch(name)
        switch.assign(values)
        self._try()
        self._panel.announce(name, State.OK if any(switch.values().values()) else State.IDLE)

    def _on_output(self, values: dict[str, Any]) -> None:
        switch = self._panel.switch(OUTPUT)
        had_file = switch["FILE_DEBUG"]
        switch.assign(values)
        if not self._try():
            switch.assign({"FILE_DEBUG": False})
            self._panel.announce(OUTPUT, State.ALERT)
            return
        self._panel.announce(OUTPUT, State.OK if any(switch.values().values()) else State.IDLE)
        if switch["FILE_DEBUG"] and not had_file:
            self._panel.info(f"Session log file {self._log.path}")

    def _on_failure(self, why: str) -> None:
        self._panel.error(f"The log file {self._log.path} is given up: {why}.")
        if OUTPUT in self._panel.vectors:
            self._panel.switch(OUTPUT).assign({"FILE_DEBUG": False})
            self._panel.announce(OUTPUT, State.ALERT)

    def _try(self) -> bool:
        """Put into force what the switches say; tell what does not work."""
        told, written, output = (self._panel.switch(name) for name in (TOLD, WRITTEN, OUTPUT))
        clients = _chosen(told.values(), "DBG_") if output["CLIENT_DEBUG"] else set()
        try:
            self._log.choose(clients, _chosen(written.values(), "LOG_") if output["FILE_DEBUG"] else None)
        except OSError as error:
            self._log.choose(clients, None)
            self._panel.error(f"There is no log file: {error}")
            return False
        return True


def _chosen(switches: dict[str, bool], prefix: str) -> set[Level]:
    return {level for name, level in LEVELS.items() if switches[prefix + name]}
