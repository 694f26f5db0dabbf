"""Folds a mount's INDI properties into a `MountReport`; pure, so the driver's snooping and the client share it."""

import math
from collections.abc import Mapping
from dataclasses import replace

from astro.aim import is_far
from astro.angles import difference_deg
from astro.mount_report import Equatorial, MountReport, Site
from astro.pier import PierSide
from indi_dome_driver.indi.received import Value

MOUNT_PROPERTIES = (
    "EQUATORIAL_EOD_COORD",
    "TARGET_EOD_COORD",
    "GEOGRAPHIC_COORD",
    "TELESCOPE_PIER_SIDE",
    "TELESCOPE_PARK",
    "TELESCOPE_TRACK_STATE",
)
"""What a slaved dome wants to hear of its mount."""

ANNOUNCEMENT_LASTS_S = 5.0
"""A target that no slew follows within this time was not a slew."""
SIDE_LAGS_S = 3.0
"""After a slew the side that its target called for is believed this long, unless the mount tells its side anew."""
ARRIVED_WITHIN_DEG = 1.0
"""Farther from its target a slew did not arrive: somebody cut it short."""
SAME_TARGET_DEG = 0.1
"""Targets nearer to each other than this are one."""
LEAP_DEG = 5.0
"""A position that changes by this much without a slew is doubtful: a broken link, or a sync on a wrong star."""


class MountWatch:
    """Keeps the latest report of one mount.

    A slew announced by TARGET_EOD_COORD counts from the announcement on, before the mount turns Busy, so the dome can
    start together with the telescope. A target that a driver merely repeats (in a definition, or 0/0 as many do before
    their first slew) announces nothing.
    """

    def __init__(self) -> None:
        self.report = MountReport()
        self._target_until_s = -math.inf
        self._joined_in_slew = False
        self._arrived = False
        self._empty_words: Equatorial | None = None
        self._muted: tuple[Equatorial, float] | None = None

    def apply(self, name: str, state: str, values: Mapping[str, Value], now_s: float, *, defined: bool = False) -> None:
        """Take in one property.

        Args:
            name: INDI property name; others than `MOUNT_PROPERTIES` are ignored.
            state: Idle, Ok, Busy or Alert.
            values: elements; numbers as float, switches as bool. Absent ones keep their meaning.
            now_s: time of receipt, Unix seconds.
            defined: True for a definition (def*), False for an update (set*).
        """
        match name:
            case "EQUATORIAL_EOD_COORD":
                self._position(state, values, now_s)
            case "TARGET_EOD_COORD":
                self._target(values, now_s, defined)
            case "GEOGRAPHIC_COORD":
                if state != "Alert":
                    self._site(values)
            case "TELESCOPE_PIER_SIDE":
                self._side(state, values)
            case "TELESCOPE_PARK":
                self._park(state, values)
            case "TELESCOPE_TRACK_STATE":
                tracking = _switch(values, "TRACK_ON", "TRACK_OFF")
                if self.report.tracking and tracking is False:
                    self.report = replace(self.report, tracking_ended_s=now_s)
                self.report = replace(self.report, tracking=tracking)

    def forget(self, name: str | None = None) -> None:
        """Take in that a property (or, with None, the whole mount) is gone."""
        if name is None:
            self.report = MountReport(site=self.report.site)
        elif name == "EQUATORIAL_EOD_COORD":
            self.report = replace(self.report, position=None, slewing=False, target=None, settled=None, arrived_s=None)
        elif name == "TARGET_EOD_COORD":
            self.report = replace(self.report, target=None)
        elif name == "TELESCOPE_PIER_SIDE":
            self.report = replace(self.report, side=None)
        elif name == "TELESCOPE_PARK":
            self.report = replace(self.report, parked=None, parking=False)
        elif name == "TELESCOPE_TRACK_STATE":
            self.report = replace(self.report, tracking=None)

    def forget_everything(self) -> None:
        """Start anew, for another mount."""
        self.report = MountReport()
        self._target_until_s = -math.inf
        self._joined_in_slew = self._arrived = False
        self._empty_words = self._muted = None

    def expire(self, now_s: float) -> None:
        """Drop a target that no slew followed, or whose slew is over."""
        left_s = self._target_until_s - now_s
        # More time left than was ever given: somebody set the clock back.
        if self.report.target and not self.report.slewing and not 0.0 <= left_s <= ANNOUNCEMENT_LASTS_S:
            if not self._arrived:
                self._empty_words = self.report.target
            self.report = replace(self.report, target=None)

    def _position(self, state: str, values: Mapping[str, Value], now_s: float) -> None:
        slewing, faulted = state == "Busy", state == "Alert"
        before = self.report
        self.report = replace(before, slewing=slewing, faulted=faulted)
        if slewing:
            self._arrived = False
            self._empty_words = None
        if slewing and not before.slewing:
            self._joined_in_slew = before.position is None
            self.report = replace(self.report, slew_began_s=now_s, excursion_deg=0.0)
            muted, self._muted = self._muted, None
            if self.report.target is None and muted and 0.0 <= now_s - muted[1] <= ANNOUNCEMENT_LASTS_S:
                self.report = replace(self.report, target=muted[0])  # this time it was meant
        position = _equatorial(values)
        if position is not None:
            self.report = replace(self.report, position=position, position_time_s=now_s)
            if before.settled is not None and (slewing or before.slewing):
                far_deg = max(self.report.excursion_deg, _apart_deg(before.settled, position))
                self.report = replace(self.report, excursion_deg=far_deg)
            if not slewing:
                self._settle(before, position, now_s)
        if before.slewing and not slewing:
            self._arrived = True
            # A nudge, or a goto to where the mount was: the side that it reports has been true all along.
            nudge = before.side is not None and not is_far(self.report.excursion_deg, self.report.position)
            self._target_until_s = now_s + (0.0 if nudge else SIDE_LAGS_S)
            if nudge:
                self.report = replace(self.report, target=None)
            if not _close(before.target, self.report.position):
                self.report = replace(self.report, target=None)
        if faulted:
            self.report = replace(self.report, target=None)

    def _settle(self, before: MountReport, position: Equatorial, now_s: float) -> None:
        """Remember where the mount is outside slews, since when, and whether it got there by a leap."""
        if before.slewing or before.settled is None:
            self.report = replace(self.report, settled=position, jump_deg=0.0)
            if before.arrived_s is None or before.settled is None or is_far(self.report.excursion_deg, position):
                self.report = replace(self.report, arrived_s=now_s)
            return
        leap_deg = 0.0
        # A mount that is driven by hand, parks or stands still changes its coordinates without any slew.
        if before.target is None and before.tracking is not False and not before.parked and not before.parking:
            leap_deg = _apart_deg(before.settled, position)
        self.report = replace(self.report, settled=position)
        if leap_deg > LEAP_DEG:
            self.report = replace(self.report, jump_deg=leap_deg, jump_time_s=now_s, arrived_s=now_s)

    def _target(self, values: Mapping[str, Value], now_s: float, defined: bool) -> None:
        target = _equatorial(values)
        # A definition repeats what was announced long ago, except to somebody who came in the middle of a slew.
        if target is None or (defined and not (self.report.slewing and self._joined_in_slew)):
            return
        if not self.report.slewing and not self._arrived:
            # Some drivers repeat their target with every report. Only the first time may announce a slew, and only
            # for as long as it takes to begin one.
            known = [each for each in (self.report.target, self._empty_words) if each is not None]
            if any(_apart_deg(each, target) < SAME_TARGET_DEG for each in known):
                self._muted = (target, now_s)
                return
        self._arrived = False
        self._target_until_s = now_s + ANNOUNCEMENT_LASTS_S
        self.report = replace(self.report, target=target)

    def _site(self, values: Mapping[str, Value]) -> None:
        latitude, longitude = _number(values, "LAT"), _number(values, "LONG")
        if latitude is None or longitude is None or abs(latitude) > 90.0:
            return
        if latitude == 0.0 and longitude == 0.0:
            return  # what drivers report before anybody told them where they are
        longitude = (longitude + 180.0) % 360.0 - 180.0
        self.report = replace(self.report, site=Site(latitude, longitude))

    def _side(self, state: str, values: Mapping[str, Value]) -> None:
        west, east = values.get("PIER_WEST"), values.get("PIER_EAST")
        side = None
        if state != "Alert" and bool(west) != bool(east):
            side = PierSide.WEST if west else PierSide.EAST
        self.report = replace(self.report, side=side)
        if self._arrived:
            self.report = replace(self.report, target=None)

    def _park(self, state: str, values: Mapping[str, Value]) -> None:
        wanted = _switch(values, "PARK", "UNPARK")
        settled = state in ("Ok", "Idle")
        # After an aborted park (Alert) the mount stands anywhere: neither parked nor parking.
        self.report = replace(
            self.report,
            parked=wanted if settled or wanted is False else None,
            parking=state == "Busy" and wanted is True,
        )


def _number(values: Mapping[str, Value], name: str) -> float | None:
    value = values.get(name)
    if isinstance(value, str) or value is None or not math.isfinite(value):
        return None
    return float(value)


def _switch(values: Mapping[str, Value], yes: str, no: str) -> bool | None:
    if bool(values.get(yes)) == bool(values.get(no)):
        return None
    return bool(values.get(yes))


def _close(target: Equatorial | None, position: Equatorial | None) -> bool:
    return target is not None and position is not None and _apart_deg(target, position) < ARRIVED_WITHIN_DEG


def _apart_deg(one: Equatorial, other: Equatorial) -> float:
    """Measure the angle between two directions (haversine: small angles keep their digits)."""
    dec, other_dec = math.radians(one.dec_deg), math.radians(other.dec_deg)
    turn = math.radians(difference_deg(15.0 * one.ra_h, 15.0 * other.ra_h))
    half = math.sin((dec - other_dec) / 2.0) ** 2 + math.cos(dec) * math.cos(other_dec) * math.sin(turn / 2.0) ** 2
    return math.degrees(2.0 * math.asin(min(1.0, math.sqrt(half))))


def _equatorial(values: Mapping[str, Value]) -> Equatorial | None:
    """Read RA/Dec; None where they are absent, absurd, or the 0/0 that drivers send before they know better."""
    ra, dec = _number(values, "RA"), _number(values, "DEC")
    if ra is None or dec is None or (ra == 0.0 and dec == 0.0):
        return None
    if not (0.0 <= ra <= 24.0 and -90.0 <= dec <= 90.0):
        return None
    return Equatorial(ra, dec)
