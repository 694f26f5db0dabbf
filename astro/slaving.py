"""The slaving decision: given mount, dome, model and time, where should the dome go, and why (not).

Pure: the same code serves the driver's own slaving, the standalone client, the plan of a night and the night simulator.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum

from astro.aim import Aim, Hold, NoAim, find_aim
from astro.angles import difference_deg
from astro.dome_model import DomeModel
from astro.errors import ModelError
from astro.flip import STEP_DEG, DomePlace, Flip, flip_ahead, is_time_to_leave, waiting_place_deg
from astro.mount_report import MountReport, Site
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.slaving_settings import Rule, SidePolicy, SlavingSettings
from astro.window import Window, common, half_width_deg, lateral_m

__all__ = ["Decision", "DomeReport", "Rule", "SidePolicy", "SlavingSettings", "Verdict", "decide"]

LOOK_AHEAD_S = 3.0 * 3600.0
LOOK_STEP_S = 30.0
PLAN_SHARE = 0.9
"""Of the dead band, what a new place may use at most."""
RESERVE_DEG = 0.6
"""... and so much less than all of it: some domes know whole degrees only."""
ARRIVAL_ROUNDS = 4


class Verdict(Enum):
    """What a decision comes to; every STAY_* says which condition keeps the dome where it is."""

    GO = "go"
    STAY_ON_TARGET = "on target"
    STAY_ON_THE_WAY = "on the way"
    STAY_NO_MODEL = "no model"
    STAY_NO_MOUNT = "no mount data"
    STAY_STALE = "stale mount data"
    STAY_MOUNT_FAULT = "mount fault"
    STAY_MOUNT_PARKED = "mount parked"
    STAY_MOUNT_JUMPED = "mount position doubtful"
    STAY_TARGET_UNKNOWN = "slew target unknown"
    STAY_BELOW_HORIZON = "below horizon"
    STAY_MODEL_FAILS = "model fails"
    STAY_DOME_PARKED = "dome parked"
    STAY_DOME_LOST = "dome position unknown"
    STAY_DOME_BUSY = "dome busy"


_VERDICTS = {
    NoAim.NO_MOUNT: Verdict.STAY_NO_MOUNT,
    NoAim.STALE: Verdict.STAY_STALE,
    NoAim.FAULT: Verdict.STAY_MOUNT_FAULT,
    NoAim.PARKED: Verdict.STAY_MOUNT_PARKED,
    NoAim.JUMPED: Verdict.STAY_MOUNT_JUMPED,
    NoAim.TARGET_UNKNOWN: Verdict.STAY_TARGET_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class DomeReport:
    """What the dome says about itself."""

    azimuth_deg: float
    position_known: bool = True
    moving: bool = False
    target_deg: float | None = None
    """Where the present move ends, when that is known."""
    parked: bool = False
    occupied: str = ""
    """Why slaving must keep its hands off for now (parking, a person jogs); empty when it need not."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the dome should be, what is to be done about it, and everything a person would ask next."""

    verdict: Verdict
    reason: str
    target_deg: float | None = None
    """Dome azimuth at which the beam passes through the middle of the slit, degrees."""
    goto_deg: float | None = None
    """Where to send the dome, degrees: what keeps the slit good for longest. Only with GO."""
    error_deg: float | None = None
    """Shortest turn from the dome to the target, degrees."""
    dead_band_deg: float | None = None
    """Error at which the dome moves, degrees."""
    lateral_m: float | None = None
    """Distance between the optical axis and the slit's centre plane, metres."""
    clearance_m: float | None = None
    """What is left of the free play beside the beam, metres; below 0 the beam is cut."""
    pointing: Pointing | None = None
    side: PierSide | None = None
    side_source: str = ""
    data_age_s: float | None = None
    flip: Flip | None = None
    """The next flip, where one is to be expected."""

    @property
    def go(self) -> bool:
        """Tell whether the dome should be sent to `goto_deg` now."""
        return self.verdict is Verdict.GO


def decide(
    mount: MountReport,
    dome: DomeReport,
    model: DomeModel | None,
    settings: SlavingSettings,
    default_site: Site,
    now_s: float,
) -> Decision:
    """Decide whether the dome should move.

    Args:
        mount: the mount's latest word.
        dome: the dome's latest word.
        model: where the slit must be for a pointing and a side, or None when there is none (yet).
        settings: rule, limits, side policy and what is known of flips.
        default_site: the place to assume while the mount has not named a credible one.
        now_s: Unix seconds.

    Returns:
        The decision with its reason; it carries target and error whenever they could be computed, also for a stay.
    """
    aim = find_aim(mount, settings, default_site, now_s)
    if isinstance(aim, Hold):
        return Decision(_VERDICTS[aim.why], aim.reason, data_age_s=aim.data_age_s)
    known = Decision(
        Verdict.STAY_NO_MODEL,
        "no abaque and no measurements to compute the slit",
        pointing=aim.pointing,
        side=aim.side,
        side_source=aim.side_source,
        data_age_s=aim.data_age_s,
    )
    if model is None:
        return known
    if aim.pointing.altitude_deg < 0.0:
        reason = f"{aim.what} is below the horizon ({aim.pointing.altitude_deg:.1f}°)"
        return replace(known, verdict=Verdict.STAY_BELOW_HORIZON, reason=reason)
    try:
        return _Judge(aim, dome, model, settings).judge(known)
    except ModelError as error:
        return replace(known, verdict=Verdict.STAY_MODEL_FAILS, reason=str(error))


class _Judge:
    """Holds what is wanted against what the dome is doing."""

    def __init__(self, aim: Aim, dome: DomeReport, model: DomeModel, settings: SlavingSettings) -> None:
        self._aim = aim
        self._dome = dome
        self._model = model
        self._settings = settings
        slit = model.slit(aim.pointing, aim.side)
        self._target_deg, self._radius_m = slit.azimuth_deg, slit.radius_m

    def judge(self, known: Decision) -> Decision:
        """Complete a decision of which only the mount's part is known."""
        aim, dome = self._aim, self._dome
        turn = difference_deg(self._target_deg, dome.azimuth_deg)
        lateral = lateral_m(self._radius_m, turn)
        flip = flip_ahead(aim, self._model, self._settings, dome.azimuth_deg)
        base = replace(
            known,
            target_deg=self._target_deg,
            error_deg=turn,
            dead_band_deg=self._dead_band_deg(self._radius_m, self._settings.share),
            lateral_m=lateral,
            clearance_m=self._settings.clearance_m - lateral,
            flip=flip,
        )
        if dome.parked:
            return replace(base, verdict=Verdict.STAY_DOME_PARKED, reason="the dome is parked: unpark it to follow")
        if not dome.position_known:
            reason = "the dome does not know its azimuth: sync it (DOME_SYNC) first"
            return replace(base, verdict=Verdict.STAY_DOME_LOST, reason=reason)
        if dome.occupied:
            return replace(base, verdict=Verdict.STAY_DOME_BUSY, reason=dome.occupied)
        if flip is not None and flip.is_waited_for and self._settings.rule is Rule.CLEARANCE:
            place = DomePlace(dome.azimuth_deg, self._ends_deg)
            if is_time_to_leave(aim, self._model, self._settings, flip, place):
                return self._leave(base)
            return self._wait_for(flip, base)
        return self._follow(base)

    @property
    def _ends_deg(self) -> float:
        """Give where the dome is or, in a move, where that will end."""
        dome = self._dome
        return dome.target_deg if dome.moving and dome.target_deg is not None else dome.azimuth_deg

    @property
    def _under_way(self) -> bool:
        return self._dome.moving and self._dome.target_deg is not None

    def _dead_band_deg(self, radius_m: float, share: float) -> float:
        settings = self._settings
        if settings.rule is Rule.THRESHOLD:
            return settings.threshold_deg
        wide = half_width_deg(radius_m, share * settings.clearance_m)
        # At the dome's zenith every azimuth is clear; the cap would have the dome chase a direction without meaning.
        return wide if wide >= 180.0 else min(wide, settings.largest_error_deg)

    def _follow(self, base: Decision) -> Decision:
        """Stay while the beam is near enough to the middle of the slit, or will be when the present move ends."""
        what, target, band = self._aim.what, self._target_deg, base.dead_band_deg or 0.0
        off = abs(difference_deg(target, self._ends_deg))
        if self._under_way and self._settings.rule is Rule.CLEARANCE:
            off, band = self._on_arrival()
        if off <= band:
            if self._under_way:
                reason = f"on the way to {self._ends_deg:.2f}° for {what}"
                return replace(base, verdict=Verdict.STAY_ON_THE_WAY, reason=reason)
            reason = f"within {band:.3g}° of {target:.2f}° for {what}"
            return replace(base, verdict=Verdict.STAY_ON_TARGET, reason=reason)
        goto = target if self._settings.rule is Rule.THRESHOLD else self._place_ahead(self._aim.side, base.flip)
        if self._under_way:
            reason = f"{what} now needs {target:.2f}°, {off:.2f}° beside the present goal"
        else:
            reason = f"{what} needs {target:.2f}°, {off:.2f}° away"
        if abs(difference_deg(goto, target)) > 0.05:
            reason += f"; {goto:.2f}° will do for longest"
        return replace(base, verdict=Verdict.GO, goto_deg=goto, reason=reason)

    def _on_arrival(self) -> tuple[float, float]:
        """Tell how far off the dome will be when its move ends, and how far it may be then, degrees."""
        turn_s = abs(difference_deg(self._ends_deg, self._dome.azimuth_deg)) / self._settings.dome_rate_deg_s
        slit = self._model.slit(self._aim.later(turn_s), self._aim.side)
        off = abs(difference_deg(slit.azimuth_deg, self._ends_deg))
        return off, self._dead_band_deg(slit.radius_m, self._settings.share)

    def _leave(self, base: Decision) -> Decision:
        """Set out for the other side a moment before the mount does."""
        side = self._aim.side.other
        there = self._model.slit(self._aim.pointing, side)
        # Anywhere clear will do until the flip; the ordinary rule puts it right afterwards.
        clear_deg = half_width_deg(there.radius_m, self._settings.clearance_m - self._settings.lean_margin_m)
        if abs(difference_deg(there.azimuth_deg, self._ends_deg)) <= clear_deg:
            reason = f"leaving for the flip: on the way to {self._ends_deg:.2f}°, tube {side.label}"
            return replace(base, verdict=Verdict.STAY_ON_THE_WAY, reason=reason)
        goto = self._place_ahead(side, None)
        reason = f"leaving for the flip: tube {side.label} needs {goto:.2f}°"
        return replace(base, verdict=Verdict.GO, goto_deg=goto, reason=reason)

    def _wait_for(self, flip: Flip, base: Decision) -> Decision:
        """Stand at the edge of the window that is nearer to the other side."""
        settings, dome = self._settings, self._dome
        turn_s = abs(base.error_deg or 0.0) / settings.dome_rate_deg_s
        goto = waiting_place_deg(self._aim, self._model, settings, flip, turn_s)
        way = 1.0 if flip.jump_deg > 0.0 else -1.0
        short_deg = way * difference_deg(goto, self._ends_deg)
        limit_m = settings.clearance_m - settings.lean_margin_m
        safe = lateral_m(self._radius_m, difference_deg(self._target_deg, self._ends_deg)) <= max(0.0, limit_m)
        base = replace(base, dead_band_deg=STEP_DEG)
        if -90.0 < short_deg <= STEP_DEG and (safe or abs(short_deg) <= STEP_DEG / 2.0):
            if dome.moving:
                reason = f"on the way to {self._ends_deg:.2f}°, to lean towards the other side; {flip.text()}"
                return replace(base, verdict=Verdict.STAY_ON_THE_WAY, reason=reason)
            reason = f"leaning towards the other side; {flip.text()}"
            return replace(base, verdict=Verdict.STAY_ON_TARGET, reason=reason)
        return replace(base, verdict=Verdict.GO, goto_deg=goto, reason=f"leaning to {goto:.2f}°; {flip.text()}")

    def _place_ahead(self, side: PierSide, flip: Flip | None) -> float:
        """Find the place that need not be left for longest, from the dome's arrival on."""
        dome_deg, rate = self._dome.azimuth_deg, self._settings.dome_rate_deg_s
        end_s = LOOK_AHEAD_S if flip is None else min(LOOK_AHEAD_S, flip.in_s)

        def windows(seconds: float) -> Iterator[Window]:
            while True:
                pointing = self._aim.later(seconds)
                slit = self._model.slit(pointing, side)
                yield Window(slit.azimuth_deg, self._planned_band_deg(slit.radius_m))
                seconds += LOOK_STEP_S
                if seconds > end_s or pointing.altitude_deg < 0.0 or not self._aim.tracking:
                    return

        goto = self._target_deg if side is self._aim.side else self._model.dome_azimuth(self._aim.pointing, side)
        start_s = abs(difference_deg(goto, dome_deg)) / rate
        for _ in range(ARRIVAL_ROUNDS):
            goto = common(windows(start_s)).middle_deg
            arrival_s = abs(difference_deg(goto, dome_deg)) / rate
            if arrival_s >= start_s - 1.0:
                break
            start_s = arrival_s  # it is there sooner, and must be right then, too
        return goto

    def _planned_band_deg(self, radius_m: float) -> float:
        """Give what a new place may use of the dead band: it must not be left again at once."""
        band = self._dead_band_deg(radius_m, self._settings.share)
        if band >= 180.0:
            return band
        return max(min(PLAN_SHARE * band, band - RESERVE_DEG), 0.5 * band)
