"""The night ahead for one object: when the dome will move, what the flip costs, how much of the night is clear.

Plays the slaving decision against a mount that tracks and a dome that turns at its rate: what the dome will do, because
it is the same code that will do it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from astro.aim import Aim, find_aim, past_meridian_deg
from astro.angles import difference_deg, normalise_deg
from astro.dome_model import DomeModel
from astro.flip import flip_ahead
from astro.mount_report import Equatorial, MountReport, Site
from astro.pier import PierSide, side_from_hour_angle
from astro.sidereal import horizontal, hour_angle_deg
from astro.slaving import Decision, DomeReport, SidePolicy, SlavingSettings, decide

STEP_S = 2.0
SAMPLE_S = 60.0
"""How far apart the moments of a plan are, unless told otherwise, seconds."""


@dataclass(frozen=True, slots=True)
class PlannedMove:
    """One move of the dome."""

    start_s: float
    """Unix seconds."""
    end_s: float
    from_deg: float
    to_deg: float
    reason: str


@dataclass(frozen=True, slots=True)
class PlannedFlip:
    """One meridian flip."""

    start_s: float
    """When the mount begins, Unix seconds."""
    turn_deg: float
    """How far the slit must turn, degrees, positive clockwise."""
    bound_s: float
    """The least that it can cost: gap / rate, less the mount's own time."""
    blocked_s: float
    """What it costs by this plan: the beam is cut while the mount tracks, within ten minutes of the flip."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment of the plan."""

    unix_s: float
    altitude_deg: float
    azimuth_deg: float
    side: PierSide
    slit_deg: float
    """Where the middle of the slit belongs, degrees."""
    dome_deg: float
    clearance_m: float
    """What is free beside the beam, metres; below 0 it is cut."""


@dataclass(frozen=True, slots=True)
class NightPlan:
    """What the night will bring."""

    start_s: float
    """From when on the object is high enough in the dark, Unix seconds."""
    end_s: float
    moves: tuple[PlannedMove, ...]
    """The first one, which brings the slit there before the night begins, is not among them."""
    flips: tuple[PlannedFlip, ...]
    blocked_s: float
    """How long the beam is cut while the mount tracks, seconds."""
    travel_deg: float
    samples: tuple[Sample, ...]
    """At equal distances in time."""

    @property
    def clear_share(self) -> float:
        """Give the share of the time in which nothing is cut, 0...1."""
        length_s = self.end_s - self.start_s
        return 1.0 - self.blocked_s / length_s if length_s > 0.0 else 1.0


def plan_night(
    place: Equatorial,
    site: Site,
    model: DomeModel,
    settings: SlavingSettings,
    start_s: float,
    end_s: float,
    flip_late_s: float = 0.0,
    mount_flip_s: float = 60.0,
    sample_s: float = SAMPLE_S,
    step_s: float = STEP_S,
    progress: Callable[[float], None] = lambda _share: None,
) -> NightPlan:
    """Play a night.

    Args:
        place: the object, equator and equinox of date.
        site: of the observatory.
        model: where the slit must be.
        settings: of the slaving, with the rate of the dome.
        start_s: when observing begins, Unix seconds.
        end_s: when it ends.
        flip_late_s: how long after the meridian the mount flips, seconds.
        mount_flip_s: how long its flip takes, seconds.
        sample_s: how far apart the samples are, seconds.
        step_s: how finely it is played, seconds.
        progress: is told the share that is done, 0...1.

    Returns:
        The plan.

    Raises:
        ModelError: the model has no answer for a direction on the way.
    """
    return _Player(place, site, model, settings, flip_late_s, mount_flip_s, step_s).play(
        start_s, end_s, sample_s, progress
    )


class _Player:
    """Holds mount and dome while time goes on."""

    def __init__(
        self,
        place: Equatorial,
        site: Site,
        model: DomeModel,
        settings: SlavingSettings,
        flip_late_s: float,
        mount_flip_s: float,
        step_s: float,
    ) -> None:
        self._place = place
        self._site = site
        self._model = model
        if settings.side_policy is SidePolicy.MOUNT_INVERTED:
            settings = replace(settings, side_policy=SidePolicy.MOUNT)  # this mount tells the truth
        self._settings = settings
        self._near_settings = replace(settings, dome_rate_deg_s=1e6)
        self._flip_late_deg = flip_late_s / 240.0
        self._mount_flip_s = mount_flip_s
        self._step_s = step_s
        self._side = PierSide.WEST
        self._flip_until_s: float | None = None
        self._dome_deg = 0.0
        self._target_deg: float | None = None
        self._moves: list[PlannedMove] = []
        self._flips: list[PlannedFlip] = []

    def play(self, start_s: float, end_s: float, sample_s: float, progress: Callable[[float], None]) -> NightPlan:
        self._side = side_from_hour_angle(self._hour_angle_deg(start_s) - self._flip_late_deg)
        self._dome_deg = self._decide(start_s).target_deg or 0.0
        # From the middle the next place is near: what is best there is where the night begins.
        self._dome_deg = self._place_deg(start_s)
        blocked_s = travel_deg = 0.0
        samples: list[Sample] = []
        now_s = start_s
        while now_s < end_s:
            self._turn_mount(now_s)
            decision = self._decide(now_s)
            flipping = self._flip_until_s is not None
            clearance_m = decision.clearance_m
            if clearance_m is not None and clearance_m < 0.0 and not flipping:
                blocked_s += self._step_s
                self._blame(now_s)
            if decision.goto_deg is not None:
                self._set_out(decision, now_s)
            if now_s - start_s >= sample_s * len(samples):
                samples.append(self._sample(decision, now_s))
                progress((now_s - start_s) / (end_s - start_s))
            travel_deg += self._turn_dome(now_s)
            now_s += self._step_s
        progress(1.0)
        moves = tuple(self._moves)
        return NightPlan(start_s, end_s, moves, tuple(self._flips), blocked_s, travel_deg, tuple(samples))

    def _place_deg(self, now_s: float) -> float:
        """Find where a dome that had the evening to get there would stand."""
        best_deg = self._dome_deg
        for _ in range(2):
            away = DomeReport(normalise_deg(best_deg + 90.0))
            found = decide(self._report(now_s), away, self._model, self._near_settings, self._site, now_s)
            best_deg = found.goto_deg if found.goto_deg is not None else best_deg
        return best_deg

    def _hour_angle_deg(self, now_s: float) -> float:
        return hour_angle_deg(self._place.ra_h, self._site.longitude_deg, now_s)

    def _report(self, now_s: float) -> MountReport:
        flipping = self._flip_until_s is not None
        return MountReport(
            self._place,
            now_s,
            slewing=flipping,
            target=self._place if flipping else None,
            tracking=True,
            parked=False,
            side=self._side,
            site=self._site,
            settled=self._place,
            arrived_s=now_s,
        )

    def _decide(self, now_s: float) -> Decision:
        dome = DomeReport(self._dome_deg, moving=self._target_deg is not None, target_deg=self._target_deg)
        return decide(self._report(now_s), dome, self._model, self._settings, self._site, now_s)

    def _turn_mount(self, now_s: float) -> None:
        """Flip where the mount flips; it takes its time, and is on the new side when it is over."""
        if self._flip_until_s is not None:
            if now_s >= self._flip_until_s:
                self._flip_until_s = None
                self._side = self._side.other
            return
        past_deg = past_meridian_deg(self._hour_angle_deg(now_s), self._side)
        if not self._flip_late_deg <= past_deg < 90.0:
            return
        aim = find_aim(self._report(now_s), self._settings, self._site, now_s)
        before = None
        if isinstance(aim, Aim):
            # Also for a flip that comes later than the slaving waits for one.
            patient = replace(self._settings, flip_late_deg=max(180.0, self._settings.flip_late_deg))
            before = flip_ahead(aim, self._model, patient, self._dome_deg)
        gap_s = before.loss_s if before is not None else 0.0
        turn_deg = before.jump_deg if before is not None else 0.0
        bound_s = max(0.0, gap_s - self._mount_flip_s)
        self._flips.append(PlannedFlip(now_s, turn_deg, bound_s, 0.0))
        if self._mount_flip_s > 0.0:
            self._flip_until_s = now_s + self._mount_flip_s
        else:
            self._side = self._side.other

    def _blame(self, now_s: float) -> None:
        if self._flips and now_s - self._flips[-1].start_s < 600.0:
            last = self._flips[-1]
            self._flips[-1] = replace(last, blocked_s=last.blocked_s + self._step_s)

    def _set_out(self, decision: Decision, now_s: float) -> None:
        assert decision.goto_deg is not None  # noqa: S101 - asked by the caller
        turn_s = abs(difference_deg(decision.goto_deg, self._dome_deg)) / self._settings.dome_rate_deg_s
        move = PlannedMove(now_s, now_s + turn_s, self._dome_deg, decision.goto_deg, decision.reason)
        if self._target_deg is not None and self._moves:
            # The goal of the move under way changed: still one move.
            move = replace(move, start_s=self._moves[-1].start_s, from_deg=self._moves[-1].from_deg)
            self._moves[-1] = move
        else:
            self._moves.append(move)
        self._target_deg = decision.goto_deg

    def _turn_dome(self, now_s: float) -> float:
        """Turn for one step; returns how far, degrees."""
        if self._target_deg is None:
            return 0.0
        left_deg = difference_deg(self._target_deg, self._dome_deg)
        most_deg = self._settings.dome_rate_deg_s * self._step_s
        if abs(left_deg) <= most_deg:
            self._dome_deg, self._target_deg = self._target_deg, None
            return abs(left_deg)
        self._dome_deg = normalise_deg(self._dome_deg + (most_deg if left_deg > 0.0 else -most_deg))
        return most_deg

    def _sample(self, decision: Decision, now_s: float) -> Sample:
        hour_angle = self._hour_angle_deg(now_s)
        altitude, azimuth = horizontal(hour_angle, self._place.dec_deg, self._site.latitude_deg)
        slit_deg = decision.target_deg if decision.target_deg is not None else self._dome_deg
        clearance_m = decision.clearance_m if decision.clearance_m is not None else 0.0
        return Sample(now_s, altitude, azimuth, decision.side or self._side, slit_deg, self._dome_deg, clearance_m)
