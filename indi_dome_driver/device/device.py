"""The INDI device: answers getProperties, hands each command to its control, listens to the mount, runs the loop."""

from collections.abc import Callable
from typing import Any

from indi_dome_driver import __version__
from indi_dome_driver.device.log_control import LogControl
from indi_dome_driver.device.message_log import MessageLog
from indi_dome_driver.device.options import OptionControl
from indi_dome_driver.device.panel import Panel, Send
from indi_dome_driver.device.saved_config import SavedConfig
from indi_dome_driver.device.session import Session, Surroundings
from indi_dome_driver.device.settings import KEPT, SAVED_UNASKED, Settings, as_typed
from indi_dome_driver.hardware.seam import Hardware, HardwareError
from indi_dome_driver.indi.command import CommandError, parse_command
from indi_dome_driver.indi.message import Message, WireError
from indi_dome_driver.indi.mount_watch import MOUNT_PROPERTIES, MountWatch
from indi_dome_driver.indi.received import typed_values
from indi_dome_driver.indi.vectors import Permission, State
from indi_dome_driver.last_resort_log import note, note_exception
from indi_dome_driver.mechanics import Mechanics
from indi_dome_driver.properties import always

SHOWS_THE_HARDWARE = {"CONNECTION", "DOME_MOTION", "DOME_PARK", "DOME_AUTOSYNC"}
"""Their state says what is, so a refused command does not change it."""
LONGEST_NAME = 63
"""Of an INDI device, in bytes: libindi's MAXINDIDEVICE with its closing zero is 64."""
IDLE_PERIOD_S = 0.25
"""Pace of the loop while nothing moves: the dome may be pushed, the mount may drift."""


class Device:
    """One dome on the INDI bus. Purely reactive: bytes and time come in, bytes go out through `send`.

    Args:
        name: INDI device name.
        send: takes what goes to the server.
        open_hardware: opens the configured backend; may raise HardwareError.
        simulated: whether that backend is a simulation, for SIMULATION.
        mechanics: of the dome.
        around: files, clock and configuration.
        saved: file of the user's saved settings.
        messages: filters and copies what the driver says; by default clients hear everything but debug texts.
    """

    def __init__(
        self,
        name: str,
        send: Send,
        open_hardware: Callable[[], Hardware],
        simulated: bool,
        mechanics: Mechanics,
        around: Surroundings,
        saved: SavedConfig,
        messages: MessageLog | None = None,
    ) -> None:
        log = messages or MessageLog(saved.path.parent / "logs", "indi_dome_driver", around.wall_clock)
        self.panel = Panel(name, send, around.wall_clock, log)
        self.session: Session | None = None
        self._leaving: Session | None = None
        self._kept: dict[str, dict[str, Any]] = {}
        self._open_hardware = open_hardware
        self._mechanics = mechanics
        self._around = around
        self._watch = MountWatch()
        self._debug = False
        version = ".".join(__version__.split(".")[:2])
        self._mount = around.config.slaving.mount
        self.panel.add(always(name, version, self._mount, simulated, around.config.motion.polling_period_ms))
        self._settings = Settings(self.panel, saved)
        self._options = OptionControl(self.panel, self._settings, self._replay, lambda: not self._turning)
        self._log_control = LogControl(self.panel, log, self._set_debug)
        self._replaying = False
        self._handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            "CONNECTION": self._on_connection,
            "ACTIVE_DEVICES": self._on_active_devices,
            **self._options.handlers,
            **self._log_control.handlers,
        }
        for saved_command in self._settings.read_at_start():
            self._replay(saved_command)

    @property
    def period_s(self) -> float | None:
        """Give the wall-clock time until `tick` wants to be called again; None while there is nothing to do."""
        if self.session is None:
            return self._leaving.tick_s if self._leaving is not None else None
        return self.session.tick_s if self.session.active else max(IDLE_PERIOD_S, self.session.tick_s)

    def receive(self, message: Message | WireError) -> None:
        """Take in one message from the server; never raises.

        Args:
            message: as decoded; its content is not trusted.
        """
        if isinstance(message, WireError):
            note(f"dropped from the wire: {message.reason}")
            return
        if self._debug:
            note(f"received {message.tag} {message.device} {message.name}")
        self._guard(lambda: self._dispatch(message), message)

    def tick(self) -> None:
        """Run one turn of the control loop; never raises."""
        session = self.session
        if session is not None:
            self._guard(lambda: session.tick(self._around.wall_clock()))
        elif self._leaving is not None and self._leaving.settle():
            self._let_go()
        if not self._turning:  # a slow disk must not hold up the pulses
            self._guard(self._settings.write_changes)

    def halt(self) -> None:
        """Cut the pulses; safe at any time."""
        if self.session is not None:
            self.session.halt()

    def settle(self) -> bool:
        """Let the dome come to rest after `halt`; True once its position is on record."""
        session = self.session or self._leaving
        return session is None or session.settle()

    def close(self) -> None:
        """Let go of the hardware at the end of the process."""
        self._guard(lambda: self._settings.write_changes(sync=False))
        if self.session is not None:
            self._leave()
        self._let_go()
        self.panel.close()

    @property
    def _turning(self) -> bool:
        return self._leaving is not None or (self.session is not None and self.session.active)

    def _guard(self, action: Callable[[], None], message: Message | None = None) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the dome must not go on turning
            note_exception()
            try:
                self._apologise(f"internal error ({type(error).__name__}: {error}). Please report it.", message)
            except Exception:  # noqa: BLE001 - as above, and the loop must go on
                self.halt()
                note_exception()

    def _apologise(self, why: str, message: Message | None) -> None:
        if self.session is not None:
            self.session.emergency_stop(why)
        else:
            self.panel.error(why)
        if message is not None and message.tag.startswith("new") and message.name in self.panel.vectors:
            self._answer_refused(message.name)

    def _dispatch(self, message: Message) -> None:
        ours = message.device == self.panel.device
        if message.tag == "getProperties":
            if message.device is None or ours:
                self._introduce(message.name if ours else None)
        elif message.tag.startswith("new"):
            if ours:
                self._command(message)
        elif message.device == self._mount and message.device and not ours:
            self._listen(message)

    def _introduce(self, name: str | None) -> None:
        first = not self.panel.opened
        self.panel.opened = True
        self.panel.define(name)
        if first:
            self._snoop()
            self._settings.speak()

    def _command(self, message: Message) -> None:
        name = message.name or ""
        vector = self.panel.vectors.get(name)
        if vector is None:
            hint = "" if self.session else " (is the dome connected?)"
            self.panel.warn(f"There is no property {name[:60]!r}{hint}.")
            return
        try:
            values = parse_command(message, vector)
            handler = self._handlers.get(name) or (self.session.handlers.get(name) if self.session else None)
            if handler is None:
                raise CommandError(f"{name} is read-only")
        except CommandError as error:
            self._refuse(name, error.reason)
            return
        self.panel.debug(lambda: f"command {name}: {', '.join(f'{key}={value}' for key, value in values.items())}")
        before = as_typed(vector).values() if name in SAVED_UNASKED else {}
        handler(dict(values))
        if before and not self._replaying and as_typed(vector).values() != before:
            self._settings.changed(name)

    def _refuse(self, name: str, reason: str) -> None:
        """Answer a command that makes no sense."""
        self.panel.error(f"Refused: {reason}.")
        self._answer_refused(name)

    def _answer_refused(self, name: str) -> None:
        """Send the property again, as Alert unless its state says what is: nobody may be left waiting in Busy."""
        vector = self.panel.vectors[name]
        read_only = vector.permission is Permission.READ_ONLY
        keeps = read_only or vector.state is State.BUSY or name in SHOWS_THE_HARDWARE
        state = None if keeps else State.ALERT
        if name == "DOME_MOTION" and vector.state is State.IDLE:
            state = State.OK  # KStars takes Idle, said again of a parked dome, for "not parked"
        self.panel.announce(name, state)

    def _replay(self, message: Message) -> None:
        """Carry out a saved command; slaving is only switched on again in a session in which somebody unparked."""
        if message.name == "DOME_AUTOSYNC" and self.session is not None:
            wanted = any(item.name == "DOME_AUTOSYNC_ENABLE" and item.text == "On" for item in message.items)
            if wanted and not self.session.freed_by_command and not self.session.slaving.enabled:
                self.panel.warn(
                    "Slaving was saved as on; it stays off until it is switched on by hand after an unpark or a homing."
                )
                return
        if message.name in self.panel.vectors:
            self._replaying = True
            try:
                self._command(message)
            finally:
                self._replaying = False

    def _on_connection(self, values: dict[str, Any]) -> None:
        if values.get("CONNECT"):
            self._connect()
        else:
            self._disconnect()

    def _connect(self) -> None:
        if self.session is None:
            self._let_go()
            try:
                hardware = self._open_hardware()
            except HardwareError as error:
                self.panel.error(f"Cannot connect: {error}")
                self.panel.set_switch("CONNECTION", State.ALERT, on="DISCONNECT")
                return
            try:
                self.session = Session(
                    self.panel,
                    hardware,
                    self._mechanics,
                    self._around,
                    self._watch,
                    self._ask_mount,
                    self._settings.changed,
                )
            except HardwareError as error:
                hardware.close()
                self.panel.error(f"Cannot connect: {error}")
                self.panel.set_switch("CONNECTION", State.ALERT, on="DISCONNECT")
                return
            self.panel.set_switch("CONNECTION", State.OK, on="CONNECT")
            self.session.show({**self._settings.kept(self.session.vectors), **self._kept})
        else:
            self.panel.set_switch("CONNECTION", State.OK, on="CONNECT")

    def _disconnect(self) -> None:
        self.panel.set_switch("CONNECTION", State.IDLE, on="DISCONNECT")
        if self.session is not None:
            self._leave()

    def _leave(self) -> None:
        """End the session for the clients; the hardware stays open until the position is on record."""
        self._let_go()
        self._settings.write_changes(sync=False)
        sheet = self.panel.vectors
        self._kept = {name: dict(as_typed(sheet[name]).values()) for name in KEPT if name in sheet}
        self._leaving, self.session = self.session, None
        if self._leaving is not None:
            self._leaving.leave()

    def _let_go(self) -> None:
        leaving, self._leaving = self._leaving, None
        if leaving is not None:
            leaving.close()

    def _on_active_devices(self, values: dict[str, Any]) -> None:
        if any(len(str(each).encode()) > LONGEST_NAME for each in values.values()):
            self._refuse("ACTIVE_DEVICES", f"no device of INDI has a name of more than {LONGEST_NAME} bytes")
            return
        self.panel.set_texts("ACTIVE_DEVICES", values, State.OK)
        mount = self.panel.text("ACTIVE_DEVICES")["ACTIVE_TELESCOPE"]
        if mount != self._mount:
            self._mount = mount
            self._watch.forget_everything()
            self.panel.info(f"The dome now listens to {mount!r}." if mount else "The dome listens to no mount.")
        self._snoop()
        if self.session is not None:
            self.session.slaving.reconsider()

    def _snoop(self) -> None:
        if self._mount and self._mount != self.panel.device:
            for name in MOUNT_PROPERTIES:
                self.panel.snoop(self._mount, name)

    def _ask_mount(self) -> None:
        if self._mount and self._mount != self.panel.device:
            self.panel.snoop(self._mount, "EQUATORIAL_EOD_COORD")

    def _listen(self, message: Message) -> None:
        if message.tag == "delProperty":
            self._watch.forget(message.name)
        elif message.name in MOUNT_PROPERTIES and message.tag.endswith("Vector"):
            now = self._around.wall_clock()
            defined = message.tag.startswith("def")
            self._watch.apply(
                message.name, message.attributes.get("state", ""), typed_values(message), now, defined=defined
            )
        if self.session is not None:
            self.session.slaving.heard()

    def _set_debug(self, enabled: bool) -> None:
        self._debug = enabled
