"""What exists while the device is connected: the opened hardware, the dome on it, and the controls that show it."""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from astro.angles import difference_deg
from astro.mount_report import Site
from astro.slaving import SlavingSettings
from indi_dome_driver.axis import Axis
from indi_dome_driver.axis_errors import FaultCode
from indi_dome_driver.axis_limits import AxisLimits
from indi_dome_driver.cable_wrap import UNKNOWN_DEG, CableWrap
from indi_dome_driver.calibration_properties import calibration_vectors
from indi_dome_driver.calibration_record import CalibrationRecord
from indi_dome_driver.config.tree import Config
from indi_dome_driver.device.backlash import BacklashControl
from indi_dome_driver.device.cable import CableControl
from indi_dome_driver.device.calibration import CalibrationControl, Fitter
from indi_dome_driver.device.home import HomeControl
from indi_dome_driver.device.journal import PositionJournal
from indi_dome_driver.device.models import FILE, Loader, ModelControl
from indi_dome_driver.device.motion import MotionControl
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.device.parking import STILL_PARKED_DEG, ParkControl
from indi_dome_driver.device.slaving import SlavingControl
from indi_dome_driver.dome import Dome, EventKind, Operation
from indi_dome_driver.hardware import ems22a
from indi_dome_driver.hardware.seam import Hardware, HardwareError
from indi_dome_driver.indi.mount_watch import MountWatch
from indi_dome_driver.indi.vectors import State, Vector
from indi_dome_driver.mechanics import Mechanics
from indi_dome_driver.motion_guard import GuardLimits
from indi_dome_driver.park_data import ParkDataError, ParkEntry, ParkFile
from indi_dome_driver.position_record import PositionFile, PositionRecord, Proof, prove
from indi_dome_driver.properties import when_connected
from indi_dome_driver.slaving_properties import slaving_vectors

ABORT = "DOME_ABORT_MOTION"
LEAVING_S = 2.0
"""How long, by the hardware's clock, a dome that was told to stop is watched after a disconnect."""
PASSING_FAULTS = (FaultCode.NOT_REACHED, FaultCode.ENCODER)
"""Faults that a gust or a loose plug can make, and that may be over at the next try."""
READS_AT_START = 3
"""One bad frame must not cost the position."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a session needs of the world outside, so that tests can give it another one."""

    config: Config
    abaque: Path | None
    park_file: ParkFile
    position_file: PositionFile
    load: Loader
    wall_clock: Callable[[], float]
    calibration_record: CalibrationRecord
    calibrate: Fitter


class Session:
    """One connection to the hardware, from CONNECT to DISCONNECT."""

    def __init__(
        self,
        panel: Panel,
        hardware: Hardware,
        mechanics: Mechanics,
        around: Surroundings,
        watch: MountWatch,
        ask_mount: Callable[[], None],
        keep: Callable[[str], None],
    ) -> None:
        config = around.config
        self._keep = keep
        self._panel = panel
        self._hardware = hardware
        self._around = around
        limits = AxisLimits(
            tolerance_deg=config.motion.tolerance_deg, guard=GuardLimits(backlash_deg=config.motor.backlash_deg)
        )
        self._wrap = CableWrap()
        self._axis = Axis(hardware, mechanics, limits, self._wrap)
        self._journal = PositionJournal(around.position_file, self._axis, around.wall_clock, panel.warn)
        self._notices: list[Callable[[], None]] = []
        self._left_s = math.inf
        self._find_position(mechanics)
        entry = self._park_entry()
        self.dome = Dome(
            self._axis,
            self._journal,
            parked=entry.parked,
            park_azimuth_deg=entry.azimuth_deg,
            home_azimuth_deg=config.home.azimuth_deg,
            home_width_deg=config.home.width_deg,
            tolerance_deg=config.motion.tolerance_deg,
        )
        self._vectors = [
            *when_connected(
                config.slaving.threshold_deg,
                config.abaque.model,
                str(around.abaque or ""),
                config.home.azimuth_deg,
                config.dome.cable_turns,
            ),
            *calibration_vectors(),
            *slaving_vectors(config.slaving),
        ]
        self.motion = MotionControl(
            panel, self.dome, self._yield_slaving, lambda: self.parking.on_abort(Operation.PARK)
        )
        self.parking = ParkControl(
            panel,
            self.dome,
            self.motion,
            around.park_file,
            config.dome.park_azimuth_deg,
            lambda: bool(watch.report.parked) and not watch.report.slewing,
        )
        self.home = HomeControl(panel, self.dome, self.motion, self._yield_slaving)
        self.cable = CableControl(panel, self._axis, self._journal, lambda: self.dome.busy)
        self.backlash = BacklashControl(panel, self._axis, mechanics.steps_per_deg, config.motor.backlash_deg)
        site = Site(config.site.latitude_deg, config.site.longitude_deg)
        self.models = ModelControl(
            panel,
            around.load,
            site.latitude_deg,
            config.dome.radius_m,
            config.dome.slit_width_m,
            lambda: self.slaving.reconsider(),
            lambda: (watch.report.site or site).latitude_deg,
        )
        clearance_m = max(0.0, (config.dome.slit_width_m - config.dome.tube_diameter_m) / 2.0)
        self.slaving = SlavingControl(
            panel,
            self.dome,
            self.motion,
            self.models,
            watch,
            site,
            SlavingSettings(
                stale_after_s=config.slaving.stale_after_s,
                clearance_m=clearance_m,
                dome_rate_deg_s=mechanics.max_rate_deg_s,
            ),
            ask_mount,
        )
        self.calibration = CalibrationControl(
            panel,
            around.calibration_record,
            around.calibrate,
            self.slaving.measure,
            ask_mount,
            self._use_table,
            lambda: not self.active,
            (site.latitude_deg, config.dome.radius_m),
            around.wall_clock,
        )
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            ABORT: self._on_abort,
            **self.motion.handlers,
            **self.parking.handlers,
            **self.home.handlers,
            **self.cable.handlers,
            **self.backlash.handlers,
            **self.models.handlers,
            **self.slaving.handlers,
            **self.calibration.handlers,
        }

    @property
    def vectors(self) -> Sequence[Vector]:
        """Give the properties that this session brings."""
        return self._vectors

    @property
    def active(self) -> bool:
        """Tell whether the control loop must run at its full pace."""
        return self.dome.moving or self.dome.operation is not Operation.REST

    @property
    def freed_by_command(self) -> bool:
        """Tell whether somebody unparked the dome, or found its home, in this session."""
        return self.parking.unparked_by_command or self.home.homed_by_command

    @property
    def tick_s(self) -> float:
        """Give the pace of the control loop that suits the hardware, wall-clock seconds."""
        return self._hardware.tick_s

    def show(self, kept: Mapping[str, Mapping[str, Any]]) -> None:
        """Define all properties with the truth in them, then tell what a person should know.

        Args:
            kept: what a person had set before the last disconnect, by property and element.
        """
        by_name: dict[str, Any] = {vector.name: vector for vector in self._vectors}
        self._panel.vectors.update(by_name)
        for name, values in kept.items():
            by_name[name].assign(values)
        self.parking.fill()
        self.home.adopt()
        self.cable.adopt()
        self.backlash.adopt()
        for name in by_name:
            self._panel.define(name)
        self.motion.show()
        # KStars believes the park state that a set* brings; by the definition alone it takes the dome for one that
        # cannot park.
        self._panel.announce("DOME_AUTOSYNC")
        self._panel.announce("DOME_PARK")
        self._panel.info(f"Hardware: {self._hardware.description}.")
        for warning in self._hardware.warnings:
            self._panel.warn(warning)
        for notice in self._notices:
            notice()
        self.cable.warn()
        chosen = self._panel.text("ABAQUE_FILE")["FILE"]
        self.models.start(Path(chosen) if chosen else None)
        self.calibration.start()

    def tick(self, now_s: float) -> None:
        """Run one turn of the control loop.

        Args:
            now_s: Unix seconds.
        """
        for event in self.dome.update():
            self._panel.debug(partial("dome: {0.operation} {0.kind} {0.text}".format, event))
            self.motion.on_event(event)
            self.parking.on_event(event)
            self.home.on_event(event)
            if event.kind is EventKind.FAULT and event.operation is Operation.PARK:
                self.slaving.switch_off("the dome could not be parked and stays where it is")
            elif event.kind is EventKind.FAULT:
                fault = self._axis.fault
                self.slaving.on_fault(now_s, passing=fault is not None and fault.code in PASSING_FAULTS)
            elif event.kind is EventKind.ARRIVED:
                self.slaving.on_arrival()
        self.parking.settle()
        period_s = self._panel.number("POLLING_PERIOD")["PERIOD_MS"] / 1000.0
        self.motion.report(now_s, period_s)
        self.cable.report(now_s, period_s)
        self.backlash.settle()
        self.slaving.evaluate(now_s)
        self.calibration.settle(now_s)

    def emergency_stop(self, why: str) -> None:
        """Cut the pulses because something is wrong, and say what."""
        ended = self.motion.cut()
        self.parking.on_abort(ended)
        self.slaving.switch_off("the dome was stopped")
        self._panel.error(f"The dome is stopped: {why}")
        self._panel.set_switch("DOME_MOTION", State.ALERT, on=None)

    def halt(self) -> None:
        """Cut the pulses without a word: clients may be gone."""
        self.dome.abort()

    def leave(self) -> None:
        """Cut the pulses and withdraw the properties; `settle` and `close` are to follow."""
        self.halt()
        self.models.forget()
        self.calibration.forget()
        self._left_s = self._hardware.clock()
        self._panel.remove([vector.name for vector in self._vectors])

    def settle(self) -> bool:
        """Let the position catch up after `halt` or `leave`.

        Returns:
            True once the dome stands and its position is on record, or when that takes too long.
        """
        self.dome.update()
        return not self.dome.moving or self._hardware.clock() - self._left_s > LEAVING_S

    def close(self) -> None:
        """Let go of the hardware."""
        self.dome.abort()
        try:
            self._hardware.close()
        except HardwareError as error:
            self._panel.warn(f"The hardware was not closed properly: {error}")

    def _on_abort(self, values: dict[str, Any]) -> None:
        if any(values.values()):
            ended = self.motion.cut()
            self.parking.on_abort(ended)
            self._yield_slaving("motion was aborted")
            self.calibration.give_up("motion was aborted")
        self._panel.set_switch(ABORT, State.OK, on=None)

    def _use_table(self, path: Path) -> None:
        """Slave by a table that was just saved, and go on doing so after a restart."""
        self.models.handlers[FILE]({"FILE": str(path)})
        self._keep(FILE)

    def _yield_slaving(self, why: str) -> None:
        self.slaving.switch_off(why)

    def _find_position(self, mechanics: Mechanics) -> None:
        self._axis.update()
        count = self._read_count()
        record = self._around.position_file.load()
        vouched = self._hardware.rest_azimuth_deg
        if vouched is not None:
            self._axis.establish(vouched)
            self._find_winding(record)
            if count is not None:
                self._journal.resting()
            return
        counts_per_deg = mechanics.counts_per_deg * mechanics.encoder_sign
        if count is None:
            proof = Proof(None, "the encoder does not answer; check its cable and power")
        else:
            proof = prove(record, count, mechanics.encoder_counts_per_turn, counts_per_deg)
        self._axis.establish(proof.azimuth_deg)
        self._find_winding(record)
        if proof.azimuth_deg is not None:
            why = self._journal.vouch()
            if why:
                proof = Proof(None, f"its record cannot be exchanged ({why}), so it may be from another night")
                self._axis.establish(None)
        if proof.azimuth_deg is None:
            self._notices.append(
                lambda: self._panel.warn(
                    f"The azimuth of the dome is unknown: {proof.reason}. Find home (HOME), or turn the slit to a "
                    "known azimuth and sync."
                )
            )
        else:
            self._notices.append(lambda: self._panel.info(f"Position: {proof.reason}."))

    def _find_winding(self, record: PositionRecord | None) -> None:
        """Take up the winding of the cables from the record; whatever is not proven there is a doubt."""
        axis = self._axis
        if record is None or record.moving or record.wound_doubt_deg is None:
            self._wrap.declare(axis.travel_deg, 0.0, UNKNOWN_DEG)
        elif record.azimuth_deg is None or not axis.position_known:
            self._wrap.declare(axis.travel_deg, record.wound_deg, record.wound_doubt_deg)
        else:
            pushed_deg = difference_deg(axis.azimuth_deg, record.azimuth_deg)
            self._wrap.declare(axis.travel_deg, record.wound_deg + pushed_deg, record.wound_doubt_deg)
        if record is not None:
            self._wrap.blocked = record.wound_blocked or (record.moving and record.wound_doubt_deg is None)
        self._journal.begin()

    def _read_count(self) -> int | None:
        """Read the encoder itself: the axis gives 0 as long as it has seen no good frame."""
        for _ in range(READS_AT_START):
            with suppress(HardwareError):
                return ems22a.decode(self._hardware.encoder.read_word())
        return None

    def _park_entry(self) -> ParkEntry:
        default = ParkEntry(False, self._around.config.dome.park_azimuth_deg)
        try:
            entry = self._around.park_file.load() or default
        except ParkDataError as error:
            text = f"{error}. The dome is taken as not parked."
            self._notices.append(lambda: self._panel.warn(text))
            return default
        away = abs(difference_deg(self._axis.azimuth_deg, entry.azimuth_deg))
        if not entry.parked or (self._axis.position_known and away <= STILL_PARKED_DEG):
            return entry
        text = f"The dome was parked at {entry.azimuth_deg:.1f}°, but "
        text += f"stands {away:.1f}° off" if self._axis.position_known else "nobody knows where it stands"
        self._notices.append(lambda: self._panel.warn(f"{text}: taken as not parked."))
        self._notices.append(lambda: self.parking.withdraw())
        return ParkEntry(False, entry.azimuth_deg)
