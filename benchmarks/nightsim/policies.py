"""Who decides when the dome moves: our slaving code, the reference's timer, INDI's own dome class."""

from collections.abc import Callable
from dataclasses import fields
from typing import Protocol

from astro.angles import difference_deg, normalise_deg
from astro.dome_model import DomeModel
from astro.geometry import Geometry
from astro.indi_geometry import IndiGeometry
from astro.mount_report import Site
from astro.pier import PierSide
from astro.pointing import Pointing
from astro.sidereal import horizontal, hour_angle_deg
from astro.slaving import DomeReport, SlavingSettings, decide
from benchmarks.nightsim.dome import SimulatedDome
from benchmarks.nightsim.mount import Word
from indi_dome_driver.indi.mount_watch import MountWatch

Lookup = Callable[[Pointing, PierSide], float]


class Policy(Protocol):
    """Hears the mount and sends the dome."""

    def hear(self, word: Word, now_s: float) -> None:
        """Take in what the mount says."""

    def decide(self, dome: SimulatedDome, now_s: float) -> float | None:
        """Say where to send the dome now, degrees; None to leave it alone. Asked once a step, after `hear`."""


def our_settings(
    clearance_m: float, rate_deg_s: float, flip_hour_angle_deg: float | None, threshold_deg: float | None = None
) -> SlavingSettings:
    """Put together the settings of our slaving.

    Args:
        clearance_m: free play of the beam, metres.
        rate_deg_s: how fast the dome turns, degrees per second.
        flip_hour_angle_deg: where the mount flips, degrees; None where nobody knows.
        threshold_deg: move by this dead band; None for the rule that is the default.

    Returns:
        The defaults with these in their places.
    """
    wanted: dict[str, object] = {
        "clearance_m": clearance_m,
        "dome_rate_deg_s": rate_deg_s,
        "flip_hour_angle_deg": flip_hour_angle_deg,
    }
    if threshold_deg is not None:
        wanted |= {"threshold_deg": threshold_deg, "rule": _threshold_rule()}
    known = {field.name for field in fields(SlavingSettings)}
    return SlavingSettings(**{name: value for name, value in wanted.items() if name in known})  # type: ignore[arg-type]


def _threshold_rule() -> object:
    from astro import slaving

    rule = getattr(slaving, "Rule", None)
    return rule.THRESHOLD if rule is not None else None


class Ours:
    """Runs `astro.slaving.decide` once a step, fed and obeyed as the driver does it.

    Args:
        model: where the slit must be.
        settings: of the slaving.
        site: of the dome.
    """

    def __init__(self, model: DomeModel, settings: SlavingSettings, site: Site) -> None:
        self._model, self._settings, self._site = model, settings, site
        self._watch = MountWatch()

    def hear(self, word: Word, now_s: float) -> None:
        """Pass it to the watch that the driver uses."""
        self._watch.apply(word.name, word.state, word.values, now_s)

    def decide(self, dome: SimulatedDome, now_s: float) -> float | None:
        """Decide anew, also during a move: the goal of a move can be changed."""
        self._watch.expire(now_s)
        report = DomeReport(dome.reading_deg, moving=dome.moving, target_deg=dome.goal_deg)
        decision = decide(self._watch.report, report, self._model, self._settings, self._site, now_s)
        if not decision.go:
            return None
        goto_deg = getattr(decision, "goto_deg", None)
        return decision.target_deg if goto_deg is None else float(goto_deg)


class Listener:
    """What the simpler policies keep of a mount's words: place, side, state."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.place: tuple[float, float] | None = None
        """RA (hours) and declination (degrees) of the last report outside a slew."""
        self.side = PierSide.NONE
        self.busy = False

    def note(self, word: Word) -> None:
        """Keep what matters."""
        if word.name == "TELESCOPE_PIER_SIDE":
            self.side = PierSide.WEST if word.values["PIER_WEST"] else PierSide.EAST
        elif word.name == "EQUATORIAL_EOD_COORD":
            self.busy = word.state == "Busy"
            if not self.busy:
                self.place = (word.values["RA"], word.values["DEC"])

    def pointing(self, place: tuple[float, float], now_s: float) -> Pointing:
        """Turn coordinates of date into altitude, azimuth and hour angle."""
        hour = hour_angle_deg(place[0], self._site.longitude_deg, now_s)
        return Pointing(*horizontal(hour, place[1], self._site.latitude_deg), hour)


class OnTimer:
    """Looks every half minute and corrects what is more than a third of a degree, as the reference does.

    A move is never interrupted. It follows the coordinates of the object, whatever the mount does.

    Args:
        lookup: where the slit must be.
        site: of the dome.
        period_s: from one look to the next, seconds.
        threshold_deg: smaller errors are left, degrees.
    """

    def __init__(self, lookup: Lookup, site: Site, period_s: float = 30.0, threshold_deg: float = 0.3) -> None:
        self._lookup, self._period_s, self._threshold_deg = lookup, period_s, threshold_deg
        self._mount = Listener(site)
        self._next_s: float | None = None

    def hear(self, word: Word, now_s: float) -> None:
        """Keep place and side."""
        self._mount.note(word)
        self._next_s = now_s if self._next_s is None else self._next_s

    def decide(self, dome: SimulatedDome, now_s: float) -> float | None:
        """Correct, when it is time to look and the dome is at rest."""
        if self._next_s is None or now_s < self._next_s or self._mount.place is None:
            return None
        self._next_s += self._period_s
        if dome.moving:
            return None
        wanted_deg = self._lookup(self._mount.pointing(self._mount.place, now_s), self._mount.side)
        off_deg = abs(difference_deg(wanted_deg, dome.reading_deg))
        return wanted_deg if off_deg > self._threshold_deg else None


class Indi:
    """Decides as `INDI::Dome` of INDI 2.2: on the mount's words outside slews, and every ten seconds.

    What it does (field study, section 1.1): coordinates that leap are only remembered; those of a new target count at
    once, with the side that their hour angle has (west of the pier unless between 0.1 h and 11.9 h); a dome that moves
    is left alone; half a degree is the threshold. Coordinates that are repeated unchanged, which INDI mounts do not
    send, are no occasion.

    Args:
        geometry: lengths and zero, as a person would enter them.
        site: of the dome.
        period_s: of the timer, seconds.
        threshold_deg: smaller errors are left, degrees.
    """

    def __init__(self, geometry: Geometry, site: Site, period_s: float = 10.0, threshold_deg: float = 0.5) -> None:
        self._geometry, self._period_s, self._threshold_deg = geometry, period_s, threshold_deg
        self._formula = IndiGeometry(geometry)
        self._mount = Listener(site)
        self._place: tuple[float, float] | None = None
        self._announced = self._asked = False
        self._next_s: float | None = None

    def hear(self, word: Word, now_s: float) -> None:
        """Note whether it calls for a look at the dome."""
        was_busy = self._mount.busy
        self._mount.note(word)
        self._next_s = now_s if self._next_s is None else self._next_s
        if word.name not in ("TARGET_EOD_COORD", "EQUATORIAL_EOD_COORD"):
            return
        before, self._place = self._place, (word.values["RA"], word.values["DEC"])
        if word.name == "TARGET_EOD_COORD":
            self._announced = self._asked = True
            return
        if word.state == "Busy":
            return
        leapt = before is None or max(abs(self._place[0] - before[0]), abs(self._place[1] - before[1])) > 0.1
        self._asked = self._asked or (not leapt and (was_busy or self._place != before))

    def decide(self, dome: SimulatedDome, now_s: float) -> float | None:
        """Look at the dome if something calls for it."""
        due = self._next_s is not None and now_s >= self._next_s
        if due:
            self._next_s = now_s + self._period_s
        asked, announced = self._asked, self._announced
        self._asked = self._announced = False
        if not (due or asked) or self._place is None or dome.moving or (self._mount.busy and not announced):
            return None
        pointing = self._mount.pointing(self._place, now_s)
        side = self._mount.side
        if announced:
            side = PierSide.EAST if 1.5 < (pointing.hour_angle_deg or 0.0) < 178.5 else PierSide.WEST
        # INDI knows nothing of a zero; it is added, so that only the formula is compared.
        zero_deg = self._geometry.zero_deg(pointing.altitude_deg)
        wanted_deg = normalise_deg(self._formula.dome_azimuth(pointing, side) + zero_deg)
        off_deg = abs(difference_deg(wanted_deg, dome.reading_deg))
        return wanted_deg if off_deg > self._threshold_deg else None
