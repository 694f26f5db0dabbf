"""The coming meridian flip: when, how far the dome must turn, what it costs, and where to wait for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import copysign

from astro.aim import Aim, past_meridian_deg
from astro.angles import difference_deg
from astro.dome_model import DomeModel
from astro.pier import PierSide
from astro.sidereal import SIDEREAL_DEG_S
from astro.slaving_settings import SlavingSettings
from astro.window import Window, common, half_width_deg

LEAN_BEFORE_S = 150.0
"""At least so long before a flip is due the dome goes to the edge of its window."""
_SPARE_S = 30.0
GRACE_S = 5.0
"""A flip announced for a time is waited for this much longer by a dome that has left for it."""
START_S = 0.6
"""What the ramp and the command's way cost at the start of a move."""
STEP_DEG = 0.5
"""A dome that waits for the flip this far inside the edge stays: closer would cost a move a minute."""
_SAMPLES = 12
_COMMITTED_S = 10.0
_SHORTEST_WAIT_S, _LONGEST_WAIT_S = 10.0, 120.0
_EITHER_WAY_DEG = 2.0
"""So near to half a turn both ways cost the same: the one that the dome leans to already is kept."""


@dataclass(frozen=True, slots=True)
class DomePlace:
    """Where the dome is and will be."""

    azimuth_deg: float
    ends_deg: float
    """Where the present move ends; the same where there is none."""


@dataclass(frozen=True, slots=True)
class Flip:
    """A flip ahead, or one that is due and waited for."""

    in_s: float
    """Seconds until it is due; negative once it is late."""
    known: bool
    """Somebody said when the mount flips; else it is due from the meridian on."""
    jump_deg: float
    """How the slit must turn, the shorter way, degrees, positive clockwise."""
    gap_deg: float
    """What is left of the turn between the two windows, degrees: the beam is cut while the dome crosses it."""
    loss_s: float
    """The same as a time; less what the mount itself needs for the flip, nothing can be shorter (gap / rate)."""
    lean_before_s: float
    """So long before it is due the dome goes to the edge of the window, seconds."""

    @property
    def is_waited_for(self) -> bool:
        """Tell whether the dome should stand where the flip costs least."""
        return self.in_s <= self.lean_before_s

    def text(self) -> str:
        """Put it into words for people."""
        if self.in_s < 0.0:
            when = f"flip due for {-self.in_s / 60.0:.0f} min"
        else:
            when = f"flip {'' if self.known else 'due '}in {self.in_s / 60.0:.0f} min"
        return f"{when}: the dome turns {self.jump_deg:+.0f}°, {self.loss_s:.0f} s without a clear view"


def flip_ahead(aim: Aim, model: DomeModel, settings: SlavingSettings, dome_azimuth_deg: float) -> Flip | None:
    """Forecast the next flip of a tube that tracks.

    The mount is expected to flip at the configured hour angle, else from the meridian on (west of the pier the upper
    one, east of it the lower one); gap = jump - w(before) - w(after), loss = gap / rate (abaque-science, section 4).

    Args:
        aim: what is tracked.
        model: where the slit must be.
        settings: free play, rate of the dome, what is known of the flip.
        dome_azimuth_deg: where the dome is; it settles the way round where both are nearly equal.

    Returns:
        The forecast; None where no flip is to be expected, or only below the horizon.

    Raises:
        ModelError: the model has no answer there.
    """
    if aim.slewing or not aim.tracking or aim.side is PierSide.NONE or not settings.side_policy.may_flip:
        return None
    past = past_meridian_deg(aim.hour_angle_deg, aim.side)
    if past > settings.latest_flip_deg or not (settings.flip_time_known or settings.flip_late_deg > 0.0):
        return None
    remaining_deg = (settings.flip_hour_angle_deg or 0.0) - past
    pointing = aim.at(aim.hour_angle_deg + max(0.0, remaining_deg))
    if pointing.altitude_deg < 0.0:
        return None
    before, after = model.slit(pointing, aim.side), model.slit(pointing, aim.side.other)
    jump = difference_deg(after.azimuth_deg, before.azimuth_deg)
    if abs(jump) > 180.0 - _EITHER_WAY_DEG:
        leans = difference_deg(dome_azimuth_deg, before.azimuth_deg)
        if 5.0 < abs(leans) < 90.0 and leans * jump < 0.0:
            jump -= copysign(360.0, jump)
    widths = sum(half_width_deg(slit.radius_m, settings.clearance_m) for slit in (before, after))
    gap = max(0.0, abs(jump) - widths)
    rate = settings.dome_rate_deg_s
    # From the far end of where it may follow to the near edge of the window, and something to spare.
    turn_s = (widths / 2.0 + settings.largest_error_deg) / rate + _SPARE_S
    return Flip(
        remaining_deg / SIDEREAL_DEG_S, settings.flip_time_known, jump, gap, gap / rate, max(LEAN_BEFORE_S, turn_s)
    )


def waiting_place_deg(aim: Aim, model: DomeModel, settings: SlavingSettings, flip: Flip, turn_s: float) -> float:
    """Find the dome azimuth nearest to the far side of the flip through which the beam still passes.

    Args:
        aim: what is tracked.
        model: where the slit must be.
        settings: free play and the margin kept of it.
        flip: what is waited for.
        turn_s: how long the dome may need to get there, seconds.

    Returns:
        Dome azimuth, degrees in [0, 360): good from then until the flip or, when nobody knows its time, long enough
        that the dome does not move without end.

    Raises:
        ModelError: the model has no answer there.
    """
    play_m = max(0.0, settings.clearance_m - settings.lean_margin_m)

    def window(seconds: float) -> Window:
        slit = model.slit(aim.later(seconds), aim.side)
        return Window(slit.azimuth_deg, half_width_deg(slit.radius_m, play_m))

    end_s = flip.in_s
    if end_s <= 0.0:
        drift_deg_s = abs(difference_deg(window(10.0).centre_deg, window(0.0).centre_deg)) / 10.0
        patience_s = STEP_DEG / drift_deg_s if drift_deg_s > 0.0 else _LONGEST_WAIT_S
        end_s = min(max(patience_s, _SHORTEST_WAIT_S), _LONGEST_WAIT_S)
    start_s = min(turn_s, end_s)

    def windows() -> Iterator[Window]:
        for sample in range(_SAMPLES + 1):
            yield window(start_s + (end_s - start_s) * sample / _SAMPLES)

    return common(windows()).edge_deg(flip.jump_deg)


def is_time_to_leave(aim: Aim, model: DomeModel, settings: SlavingSettings, flip: Flip, dome: DomePlace) -> bool:
    """Tell whether the dome must leave now to cross the edge of the window just when the mount flips.

    Earlier would cut the beam before the flip for nothing; later costs the margin that the dome keeps from the edge.
    A dome that has left is not called back before the flip is overdue.

    Args:
        aim: what is tracked.
        model: where the slit must be.
        settings: free play and rate of the dome.
        flip: what is waited for.
        dome: where the dome is, and where its move ends.

    Returns:
        False where nobody knows when the mount flips.

    Raises:
        ModelError: the model has no answer there.
    """
    if not flip.known or flip.in_s < -GRACE_S or flip.in_s > LEAN_BEFORE_S:
        return False
    slit = model.slit(aim.later(max(0.0, flip.in_s)), aim.side)
    half_deg = half_width_deg(slit.radius_m, settings.clearance_m)
    way = copysign(1.0, flip.jump_deg)
    ends_deg = way * difference_deg(dome.ends_deg, slit.azimuth_deg)
    if flip.in_s <= _COMMITTED_S and abs(ends_deg) > half_deg and abs(flip.jump_deg) > half_deg:
        return True  # it is on its way, or there: a fast dome
    stands_deg = way * difference_deg(dome.azimuth_deg, slit.azimuth_deg)
    return flip.in_s <= max(0.0, half_deg - stands_deg) / settings.dome_rate_deg_s + START_S
