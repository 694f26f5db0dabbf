"""Slaving inside the driver: listens to the mount, asks `astro.slaving` for a decision, carries it out, says why."""

import math
from collections.abc import Callable
from typing import Any

from astro.angles import difference_deg
from astro.calibration import CalibrationPoint
from astro.calibration_moment import take_point
from astro.mount_report import Site
from astro.slaving import Decision, DomeReport, SlavingSettings, Verdict, decide
from indi_dome_driver.device.models import ModelControl
from indi_dome_driver.device.motion import MotionControl
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.device.slaving_options import SlavingOptions
from indi_dome_driver.dome import Dome, Operation, RefusedError
from indi_dome_driver.indi.mount_watch import MountWatch
from indi_dome_driver.indi.vectors import State
from indi_dome_driver.slaving_properties import FLIP

AUTOSYNC = "DOME_AUTOSYNC"
STATUS, REASON = "SLAVING_STATUS", "SLAVING_REASON"
ENABLE, DISABLE = "DOME_AUTOSYNC_ENABLE", "DOME_AUTOSYNC_DISABLE"
EVALUATION_PERIOD_S = 1.0
STATUS_PERIOD_S = 1.0
SAME_SITE_DEG = 0.2
FAULT_REST_S = 30.0
FLIP_NOTICE_S = 600.0
"""So long before a flip a person is told what it will cost."""
MOST_FAULTS = 3
"""Faults in a row after which the slaving gives up."""
WORTH_A_WARNING = {
    Verdict.STAY_NO_MODEL,
    Verdict.STAY_STALE,
    Verdict.STAY_MOUNT_FAULT,
    Verdict.STAY_MOUNT_JUMPED,
    Verdict.STAY_BELOW_HORIZON,
    Verdict.STAY_MODEL_FAILS,
    Verdict.STAY_DOME_PARKED,
    Verdict.STAY_DOME_LOST,
}
"""Verdicts that a person who switched slaving on does not expect: said once each time they begin."""


class SlavingControl:
    """Keeps the slit in front of the mount that is snooped.

    Args:
        panel: the property sheet.
        dome: what is slaved.
        motion: starts and shows moves.
        models: where the slit must be.
        watch: what the mount has said; fed by the device.
        site: place to assume while the mount names none.
        settings: limit of age, free play and the dome's rate; all the rest comes from the panel.
        ask_mount: asks the mount to repeat its position; the answer feeds `watch`.
    """

    def __init__(
        self,
        panel: Panel,
        dome: Dome,
        motion: MotionControl,
        models: ModelControl,
        watch: MountWatch,
        site: Site,
        settings: SlavingSettings,
        ask_mount: Callable[[], None],
    ) -> None:
        self._panel = panel
        self._dome = dome
        self._motion = motion
        self._models = models
        self._watch = watch
        self._site = site
        self._settings = settings
        self._ask_mount = ask_mount
        self._moved_by_slaving = False
        self._evaluated_s = self._shown_s = self._asked_s = -math.inf
        self._last: Decision | None = None
        self._told: Verdict | None = None
        self._phase: object = None
        self._told_site: Site | None = None
        self._shown_frame: tuple[bool, Verdict, str] | None = None
        self._broken = self._flip_told = False
        self._faults = 0
        self._hold_until_s = -math.inf
        self._options = SlavingOptions(panel, settings, motion.refuse, self.reconsider)
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            AUTOSYNC: self._on_autosync,
            **self._options.handlers,
        }

    @property
    def enabled(self) -> bool:
        """Tell whether slaving is switched on."""
        return self._panel.switch(AUTOSYNC)[ENABLE]

    def reconsider(self) -> None:
        """Have the next turn of the loop decide anew, without waiting for the period."""
        self._evaluated_s = -math.inf

    def heard(self) -> None:
        """Take note that the mount said something; a slew or its end is answered at once, drift in its own time."""
        report = self._watch.report
        if report.phase != self._phase:
            self._phase = report.phase
            self._panel.debug(lambda: f"mount: {report}")
            self.reconsider()
        if report.site is not None and report.site != self._told_site:
            self._told_site = report.site
            self._compare(report.site)

    def measure(self, now_s: float) -> CalibrationPoint:
        """Take a point for a calibration from what mount and dome say now.

        Args:
            now_s: Unix seconds.

        Raises:
            NotNowError: mount or dome cannot be trusted at this moment; says what to do.
        """
        self._watch.expire(now_s)
        return take_point(
            self._watch.report,
            self._dome_report(),
            self._options.present(),
            self._site,
            now_s,
            slaved=self.enabled,
        )

    def _compare(self, site: Site) -> None:
        """Say so when the mount believes to be elsewhere: every azimuth that it leads to would be wrong."""
        apart = max(
            abs(site.latitude_deg - self._site.latitude_deg),
            abs(difference_deg(site.longitude_deg, self._site.longitude_deg)),
        )
        if apart > SAME_SITE_DEG:
            self._panel.warn(
                f"The mount says that it stands at {site.latitude_deg:.2f}° N {site.longitude_deg:.2f}° E, the "
                f"configuration of the dome says {self._site.latitude_deg:.2f}° N {self._site.longitude_deg:.2f}° E: "
                f"one of them is wrong."
            )

    def switch_off(self, why: str) -> None:
        """Switch slaving off because a person took over; says so. Nothing happens when it is off."""
        if self.enabled:
            self._panel.set_switch(AUTOSYNC, State.OK, on=DISABLE)
            self._panel.info(f"Slaving is switched off: {why}.")
            self._moved_by_slaving = False
            self._told = None

    def on_fault(self, now_s: float, *, passing: bool) -> None:
        """Keep the hands off a dome with a fault.

        Args:
            now_s: Unix seconds.
            passing: it may be over at the next try; tried again later, a few times. Any other ends the slaving: it
                would drive the dome against the same obstacle once a second.
        """
        self._faults += 1
        if not self.enabled:
            return
        if passing and self._faults < MOST_FAULTS:
            self._hold_until_s = now_s + FAULT_REST_S
            self._panel.warn(f"Slaving tries again in {FAULT_REST_S:.0f} s.")
        else:
            self.switch_off("the dome had a fault; mend it, then switch slaving on again")

    def on_arrival(self) -> None:
        """Take note that the dome works."""
        self._faults = 0

    def evaluate(self, now_s: float) -> None:
        """Decide, move if that is the decision, and show it; does nothing between two periods.

        Args:
            now_s: Unix seconds.
        """
        if self._broken or _recent(self._evaluated_s, now_s, EVALUATION_PERIOD_S):
            return
        self._evaluated_s = now_s
        self._broken = True  # until it has gone well: an error in here must not stop the dome again every second
        self._watch.expire(now_s)
        self._keep_mount_awake(now_s)
        decision = decide(
            self._watch.report, self._dome_report(), self._models.model, self._options.present(), self._site, now_s
        )
        if self.enabled:
            self._tell(decision)
            if decision.go and not 0.0 < self._hold_until_s - now_s <= FAULT_REST_S:
                self._go(decision, now_s)
        self._show(decision, now_s)
        self._last = decision
        self._broken = False

    def _go(self, decision: Decision, now_s: float) -> None:
        assert decision.goto_deg is not None  # noqa: S101 - a verdict GO carries its goal
        try:
            if self._motion.begin_goto(decision.goto_deg):
                self._moved_by_slaving = True
                self._panel.info(f"Slaving: {decision.reason} (side {_side_text(decision)}).")
        except RefusedError as refusal:
            self._panel.warn(f"Slaving cannot move the dome: {refusal}.")
            self.on_fault(now_s, passing=True)

    def _tell(self, decision: Decision) -> None:
        if decision.verdict in WORTH_A_WARNING and decision.verdict is not self._told:
            reason = self._reason(decision)
            self._panel.warn(f"Slaving keeps the dome where it is: {reason}.")
        self._told = decision.verdict

    def _reason(self, decision: Decision) -> str:
        return self._models.missing if decision.verdict is Verdict.STAY_NO_MODEL else decision.reason

    def _keep_mount_awake(self, now_s: float) -> None:
        """Ask for the position again before it counts as stale: a mount that tracks well has nothing new to say."""
        report = self._watch.report
        quiet_s = self._settings.stale_after_s / 3.0
        quiet = not _recent(report.position_time_s, now_s, quiet_s)
        if self.enabled and quiet and not _recent(self._asked_s, now_s, quiet_s):
            self._asked_s = now_s
            self._ask_mount()

    def _dome_report(self) -> DomeReport:
        dome = self._dome
        occupied = "the dome is parking" if dome.operation is Operation.PARK else ""
        if dome.operation in (Operation.JOG, Operation.RELATIVE, Operation.STOPPING, Operation.HOME):
            occupied = f"the dome is {dome.operation.value}"
        return DomeReport(
            azimuth_deg=dome.axis.azimuth_deg,
            position_known=dome.axis.position_known,
            moving=dome.moving,
            target_deg=dome.axis.target_deg,
            parked=dome.parked,
            occupied=occupied,
        )

    def _show(self, decision: Decision, now_s: float) -> None:
        model = self._models.model
        frame = (self.enabled, decision.verdict, model.name if model else "none")
        same = frame == self._shown_frame
        if same and (_recent(self._shown_s, now_s, STATUS_PERIOD_S) or decision == self._last):
            return
        self._shown_s, self._shown_frame = now_s, frame
        reason = self._reason(decision)
        if not same:
            self._panel.debug(lambda: f"slaving: {reason}; side {_side_text(decision)}; model {frame[2]}")
        self._panel.set_texts(
            REASON,
            {
                "REASON": reason if self.enabled else f"slaving is off ({reason})",
                "SIDE": decision.side.label if decision.side else "",
                "SIDE_SOURCE": decision.side_source,
                "MODEL": frame[2],
            },
            State.OK if self.enabled else State.IDLE,
        )
        pointing = decision.pointing
        self._panel.set_numbers(
            STATUS,
            _light(decision) if self.enabled else State.IDLE,
            {
                "TARGET_AZ": decision.target_deg or 0.0,
                "ERROR": decision.error_deg or 0.0,
                "DEAD_BAND": decision.dead_band_deg or 0.0,
                "LATERAL_OFFSET": 1000.0 * (decision.lateral_m or 0.0),
                "CLEARANCE": 1000.0 * (decision.clearance_m or 0.0),
                "MOUNT_ALT": pointing.altitude_deg if pointing else 0.0,
                "MOUNT_AZ": pointing.azimuth_deg if pointing else 0.0,
                "DATA_AGE": decision.data_age_s or 0.0,
            },
        )
        self._show_flip(decision)

    def _show_flip(self, decision: Decision) -> None:
        flip = decision.flip
        if flip is None or flip.in_s > 2.0 * FLIP_NOTICE_S:
            self._flip_told = False
        elif self.enabled and not self._flip_told and flip.in_s <= FLIP_NOTICE_S:
            self._flip_told = True
            self._panel.info(f"Meridian {flip.text()}.")
        values = {"FLIP_IN": 0.0, "FLIP_TURN": 0.0, "FLIP_LOSS": 0.0}
        if flip is not None:
            values = {"FLIP_IN": flip.in_s / 60.0, "FLIP_TURN": flip.jump_deg, "FLIP_LOSS": flip.loss_s}
        rounded = {name: round(value, 1) for name, value in values.items()}
        state = State.IDLE if flip is None else State.OK
        shown = self._panel.number(FLIP)
        if shown.state is not state or rounded != shown.values():
            self._panel.set_numbers(FLIP, state, rounded)

    def _on_autosync(self, values: dict[str, Any]) -> None:
        wanted = bool(values.get(ENABLE))
        was = self.enabled
        self._panel.set_switch(AUTOSYNC, State.OK, on=ENABLE if wanted else DISABLE)
        if wanted and not was:
            self._panel.warn("Slaving is switched on: the dome may move by itself.")
            self._told = None
        elif was and not wanted:
            self._panel.warn("Slaving is switched off.")
            if self._moved_by_slaving and self._dome.operation is Operation.GOTO:
                self._dome.stop()
        if wanted != was:  # KStars says everything twice
            self._moved_by_slaving = False
        self._broken = False
        self._faults = 0
        self._hold_until_s = -math.inf
        self.reconsider()


def _recent(then_s: float, now_s: float, period_s: float) -> bool:
    """Tell whether something happened within a period; a time in the future (the clock was set back) is not recent."""
    return 0.0 <= now_s - then_s < period_s


def _side_text(decision: Decision) -> str:
    side = decision.side.label if decision.side else "unknown"
    return f"{side}, from {decision.side_source}"


def _light(decision: Decision) -> State:
    if decision.verdict is Verdict.STAY_ON_TARGET:
        return State.OK
    return State.BUSY if decision.verdict in (Verdict.GO, Verdict.STAY_ON_THE_WAY) else State.ALERT
