"""A person's settings on disk: what Save keeps, what is kept without being asked, what holds again after a restart."""

import os
from collections.abc import Iterable, Mapping
from typing import Any

from indi_dome_driver.device.panel import Panel
from indi_dome_driver.device.saved_config import NothingSavedError, SavedConfig, SavedConfigError
from indi_dome_driver.indi.command import CommandError, parse_command
from indi_dome_driver.indi.message import Message
from indi_dome_driver.indi.vectors import NumberVector, State, Vector

KEPT = (
    "Presets",
    "DOME_PARAMS",
    "DOME_MEASUREMENTS",
    "DM_OTA_SIDE",
    "SLAVING_RULE",
    "SLAVING_LIMITS",
    "FLIP_TIME",
    "FLIP_SETTINGS",
    "MOUNT_SIDE_REPORT",
    "DOME_BACKLASH_TOGGLE",
    "DOME_BACKLASH_STEPS",
    "HOME_POSITION",
    "CABLE_WRAP_LIMIT",
    "ABAQUE_FILE",
    "ABAQUE_MODEL",
)
"""Settings that exist while connected; found again after a disconnect and after a restart."""
AT_START = ("DEBUG", "DEBUG_LEVEL", "LOGGING_LEVEL", "LOG_OUTPUT", "POLLING_PERIOD", "ACTIVE_DEVICES", "MOUNT_POLICY")
"""Settings that exist without a connection."""
SAVED = (*AT_START, *KEPT, "DOME_AUTOSYNC")
"""What CONFIG_SAVE keeps, in the order in which it is restored: slaving last, when all that it needs is there."""
SAVED_UNASKED = frozenset({"ACTIVE_DEVICES", "MOUNT_POLICY", *KEPT})
"""Saved as soon as a person changes them, as INDI 2.2's own domes do. Slaving is not: it moves the dome."""


class Settings:
    """Reads and writes the user's file.

    Args:
        panel: the property sheet.
        file: where settings are kept.
    """

    def __init__(self, panel: Panel, file: SavedConfig) -> None:
        self.path = file.path
        self._panel = panel
        self._file = file
        self._changed: set[str] = set()
        self._unwritable = False
        self._notices: list[str] = []
        self._restored: list[Message] = []

    def stored(self, *, default: bool = False) -> list[Message]:
        """Read the saved commands, in the order in which they may be carried out.

        Args:
            default: those of the `.default` copy.

        Raises:
            SavedConfigError: there is none, or it cannot be read.
        """
        commands = [each for each in self._file.load(default=default) if each.name in SAVED]
        if not default:
            try:
                self._file.keep_default()
            except SavedConfigError as error:
                self._panel.warn(f"Configuration: {error}.")
        return sorted(commands, key=lambda each: SAVED.index(each.name or ""))

    def read_at_start(self) -> list[Message]:
        """Read what was saved, before anybody listens; complaints wait for `speak`.

        Returns:
            Commands for what exists without a connection; the others wait for `kept`.
        """
        complaint = self._file.complaint(os.geteuid())
        if complaint:
            self._notices.append(complaint)
        try:
            commands = sorted(
                (each for each in self._file.load() if each.name in SAVED),
                key=lambda each: SAVED.index(each.name or ""),
            )
        except NothingSavedError:
            return []
        except SavedConfigError as error:
            self._notices.append(f"Your saved settings are not in force: {error}.")
            return []
        self._restored = [each for each in commands if each.name in KEPT]
        return [each for each in commands if each.name in AT_START]

    def speak(self) -> None:
        """Tell the clients, now that there are some, what was wrong with the file."""
        for notice in self._notices:
            self._panel.warn(notice)
        self._notices.clear()

    def kept(self, vectors: Iterable[Vector]) -> dict[str, Mapping[str, Any]]:
        """Give the saved values of vectors that a connection brings, the first time only.

        Args:
            vectors: those of the session, with the values of the configuration file.

        Returns:
            New values by property and element; what makes no sense is left out, with a warning.
        """
        commands, self._restored = self._restored, []
        by_name = {vector.name: vector for vector in vectors}
        found: dict[str, Mapping[str, Any]] = {}
        for each in commands:
            vector = by_name.get(each.name or "")
            if vector is None:
                continue
            try:
                values: Mapping[str, Any] = parse_command(each, vector)
            except CommandError as error:
                self._panel.warn(f"A saved setting is left out: {error.reason}.")
                continue
            if {**vector.values(), **values} != vector.values():
                found[vector.name] = values
        if found:
            self._panel.info(f"Saved settings override the configuration file: {', '.join(found)} ({self.path}).")
        return found

    def changed(self, name: str) -> None:
        """Note that a person changed a property."""
        if name in SAVED_UNASKED:
            self._changed.add(name)

    def write_changes(self, *, sync: bool = True) -> None:
        """Save what was changed; nothing else in the file is touched.

        Args:
            sync: wait for the disk: only while the dome rests.
        """
        if not self._changed:
            return
        sheet = self._panel.vectors
        # What is still being worked on (a table that is read) may yet turn out to be unusable.
        ready = {each for each in self._changed if each in sheet and sheet[each].state is not State.BUSY}
        if not ready:
            return
        self._changed -= ready
        vectors = [as_typed(sheet[each]) for each in SAVED if each in ready and not _useless(sheet[each])]
        if not vectors:
            return
        try:
            aside = self._file.save(vectors, default=False, sync=sync)
        except SavedConfigError as error:
            if not self._unwritable:
                self._panel.warn(f"What you change will not outlast a restart: {error}.")
            self._unwritable = True
            return
        self._unwritable = False
        self._tell_aside(aside)
        self._panel.debug(lambda: f"saved {', '.join(each.name for each in vectors)} in {self.path}")

    def save(self, *, sync: bool) -> None:
        """Save everything that there is to save.

        Args:
            sync: as for `write_changes`.

        Raises:
            SavedConfigError: it cannot be written.
        """
        sheet = self._panel.vectors
        own = [name for name in SAVED if name not in sheet or as_typed(sheet[name]) is sheet[name]]
        present = [sheet[name] for name in own if name in sheet]
        aside = self._file.save(present, keep=own, sync=sync)  # most of them exist only while connected
        self._changed.clear()
        self._unwritable = False
        self._tell_aside(aside)

    def purge(self) -> None:
        """Delete what is saved.

        Raises:
            SavedConfigError: there is none, or it cannot be deleted.
        """
        self._file.purge()
        self._changed.clear()
        self._restored.clear()

    def _tell_aside(self, aside: object) -> None:
        if aside is not None:
            self._panel.warn(f"The settings file was damaged; what it held is kept in {aside}.")


def as_typed(vector: Vector) -> Vector:
    """Give a vector as a person left it, without what the driver only shows in it."""
    return vector.as_typed() if isinstance(vector, NumberVector) else vector


def _useless(vector: Vector) -> bool:
    """Tell whether a value did not stand its trial: the path of a table that could not be read."""
    return vector.name == "ABAQUE_FILE" and vector.state is State.ALERT
