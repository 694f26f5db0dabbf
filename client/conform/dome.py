"""The dome under test: what it offers, where it is, and how to bring it somewhere."""

import math
from dataclasses import dataclass
from itertools import pairwise

from astro.angles import difference_deg
from client.conform import names
from client.conform.check import Failed, Need
from client.conform.record import ANSWER_S, Event
from client.conform.speed import Speed
from client.conform.wire import Wire

CONNECT_S = 60.0
"""A real controller may home, wake up or search ports before it is connected."""
QUIET_S = 0.3
BEGIN_S = 1.0
TRUTH_S = 3.0
"""Drivers may define placeholders, and tell the true azimuth and park state with their first look at the dome."""
STALLED_S = 30.0
"""A dome whose reported azimuth did not change for so long, while Busy, is not coming any more."""
DECLARED_DEG = 1.0
STILL_DEG = 0.3
"""Reports of a standing dome may differ by so much: encoder noise, and a belt that settles."""

_NEEDS = {
    Need.ABS: (names.ABS, names.AZIMUTH),
    Need.REL: (names.REL, names.TURN),
    Need.ABORT: (names.ABORT, names.ABORT_NOW),
    Need.PARK: (names.PARK, names.PARKED),
    Need.PARK_POSITION: (names.PARK_POSITION, names.PARK_AZ),
    Need.SYNC: (names.SYNC, names.SYNC_AZ),
    Need.PRESETS: (names.GOTO, None),
    Need.PARAMS: (names.PARAMS, names.THRESHOLD),
    Need.SHUTTER: (names.SHUTTER, names.OPEN),
    Need.SLAVING: (names.AUTOSYNC, names.AUTOSYNC_ON),
    Need.CONFIG: (names.CONFIG, names.CONFIG_LOAD),
}


@dataclass(frozen=True, slots=True)
class Move:
    """How a move ended."""

    seconds: float
    azimuth_deg: float
    state: str
    """State of ABS_DOME_POSITION at the end."""


class DomeUnderTest:
    """One dome on one wire. Nothing is assumed beyond what it defined."""

    def __init__(self, wire: Wire, device: str) -> None:
        """Prepare.

        Args:
            wire: an open connection.
            device: its INDI name.
        """
        self.wire = wire
        self.device = device
        self.speed = Speed()
        self.declared: tuple[float, float] | None = None
        """While a wrong azimuth is declared by way of trial: that one, and the true one, degrees."""

    # --- what it offers and where it is ---

    def has(self, name: str, element: str | None = None) -> bool:
        """Tell whether a property, and an element of it, is defined now."""
        known = self.wire.known(name, self.device)
        return known is not None and (element is None or element in known.values)

    def capabilities(self) -> frozenset[Need]:
        """Tell what is defined now, in the terms in which checks ask for it."""
        found = {need for need, (name, element) in _NEEDS.items() if self.has(name, element)}
        if self.home_switch() is not None:
            found.add(Need.HOME)
        return frozenset(found)

    def home_switch(self) -> tuple[str, str] | None:
        """Find the property and element that send it home, if it is one of those known."""
        return next((each for each in names.HOMES if self.has(*each)), None)

    def state(self, name: str) -> str:
        """Give the state of a property, "" where it is not defined."""
        known = self.wire.known(name, self.device)
        return known.state if known else ""

    def on(self, name: str) -> list[str]:
        """Name the switches of a property that are On."""
        known = self.wire.known(name, self.device)
        return known.on if known else []

    def number(self, name: str, element: str | None = None) -> float:
        """Give a number, nan where there is none."""
        known = self.wire.known(name, self.device)
        return known.number(element) if known else math.nan

    @property
    def azimuth_deg(self) -> float:
        """Give the azimuth last reported, degrees; nan where the dome reports none."""
        return self.number(names.ABS, names.AZIMUTH)

    @property
    def connected(self) -> bool:
        """Tell whether the driver is connected to its dome."""
        return self.state(names.CONNECTION) == "Ok" and names.CONNECT in self.on(names.CONNECTION)

    @property
    def parked(self) -> bool:
        """Tell whether clients are shown a parked dome: the switch, whatever the state."""
        return names.PARKED in self.on(names.PARK)

    @property
    def busy(self) -> bool:
        """Tell whether anything that turns the dome is Busy."""
        return "Busy" in {self.state(name) for name in (names.MOTION, names.ABS, names.REL, names.PARK)}

    @property
    def rotating(self) -> bool:
        """Tell whether a client such as Ekos believes that it turns."""
        return "Busy" in {self.state(name) for name in (names.MOTION, names.ABS, names.REL)}

    def error_deg(self, azimuth_deg: float) -> float:
        """Tell how far the dome is from an azimuth, degrees without sign; nan where it reports none."""
        return abs(difference_deg(azimuth_deg, self.azimuth_deg))

    def track(self, since_s: float) -> list[tuple[float, float]]:
        """List the azimuths reported since then: when, seconds, and where, degrees."""
        return [
            (event.at_s, event.number(names.AZIMUTH))
            for event in self.wire.sets_of(names.ABS, since_s, self.device)
            if not math.isnan(event.number(names.AZIMUTH))
        ]

    def turned_deg(self, since_s: float) -> float:
        """Tell how far it turned since then by its own reports, with sign, degrees."""
        track = self.track(since_s)
        return sum(difference_deg(b[1], a[1]) for a, b in pairwise(track))

    # --- commands; each returns when it was sent ---

    def goto(self, azimuth: object) -> float:
        """Command an azimuth; nonsense goes out as it is."""
        return self.wire.command("Number", names.ABS, {names.AZIMUTH: azimuth}, self.device)

    def turn(self, degrees: object) -> float:
        """Command a relative turn."""
        return self.wire.command("Number", names.REL, {names.TURN: degrees}, self.device)

    def rotate(self, direction: str) -> float:
        """Start turning, DOME_CW or DOME_CCW; both switches are sent, as KStars does."""
        other = names.CCW if direction == names.CW else names.CW
        return self.wire.switch(names.MOTION, direction, off=(other,), device=self.device)

    def stop(self) -> float:
        """Switch both directions off."""
        return self.wire.switch(names.MOTION, off=(names.CW, names.CCW), device=self.device)

    def order_abort(self) -> float:
        """Command an abort."""
        return self.wire.switch(names.ABORT, names.ABORT_NOW, device=self.device)

    def order_park(self, park: bool) -> float:
        """Command parking or unparking."""
        return self.wire.switch(names.PARK, names.PARKED if park else names.UNPARKED, device=self.device)

    def slave(self, on: bool) -> float:
        """Switch slaving on or off."""
        return self.wire.switch(names.AUTOSYNC, names.AUTOSYNC_ON if on else names.AUTOSYNC_OFF, device=self.device)

    def halt(self) -> None:
        """Send everything that stops it, whatever it says of itself: slaving off first, or it begins again.

        Raises:
            WireLost: there is no connection.
        """
        if names.AUTOSYNC_ON in self.on(names.AUTOSYNC):
            self.slave(False)
        if self.has(names.ABORT):
            self.order_abort()
        if self.has(names.MOTION):
            self.stop()

    def declare_truth(self) -> float:
        """Take a trial azimuth back, if the dome still shows it; returns when, seconds."""
        at_s = self.wire.clock()
        if self.declared is not None and self.error_deg(self.declared[0]) <= DECLARED_DEG:
            at_s = self.wire.number(names.SYNC, self.device, **{names.SYNC_AZ: f"{self.declared[1]:.4f}"})
        self.declared = None
        return at_s

    # --- commands with their end ---

    async def answer(self, name: str, since_s: float, timeout_s: float = ANSWER_S) -> Event:
        """Wait for the set* that answers a command.

        Raises:
            Failed: none came.
        """
        event = await self.wire.wait_set(name, since_s=since_s, timeout_s=timeout_s, device=self.device)
        if event is None:
            raise Failed(f"{name}: no set* within {timeout_s:g} s of the command; a client shows it Busy for ever")
        return event

    async def goto_and_wait(self, azimuth_deg: float) -> Move:
        """Go somewhere and wait until nothing turns any more.

        Raises:
            Failed: refused, or it does not end.
        """
        distance_deg = self.error_deg(azimuth_deg)
        sent = self.goto(f"{azimuth_deg:.6g}")
        first = await self.answer(names.ABS, sent)
        if first.state == "Alert":
            raise Failed(f"goto {azimuth_deg:g} refused: ABS_DOME_POSITION Alert ({self.last_words(sent)})")
        if self.error_deg(azimuth_deg) > STILL_DEG:  # the answer may have been a report of the place before
            await self.wire.wait_until(lambda: self.rotating or self.error_deg(azimuth_deg) <= STILL_DEG, BEGIN_S)
        return await self.wait_rest(sent, distance_deg)

    async def wait_rest(self, since_s: float, distance_deg: float = 360.0) -> Move:
        """Wait until MOTION, ABS and REL have all left Busy.

        Args:
            since_s: when the move was commanded, seconds.
            distance_deg: how far it goes; the far way round is allowed for.

        Raises:
            Failed: it does not end; the dome is aborted then.
        """
        far_deg = max(distance_deg, 360.0 - distance_deg) if not math.isnan(distance_deg) else 360.0
        end_s = self.wire.clock() + self.speed.limit_s(far_deg)
        while self.rotating:
            left_s = min(end_s - self.wire.clock(), STALLED_S)
            before_deg = self.azimuth_deg
            rested = await self.wire.wait_until(lambda: not self.rotating, left_s)
            stalled = self.error_deg(before_deg) < STILL_DEG  # never so where no azimuth is reported
            if not rested and (stalled or self.wire.clock() >= end_s):
                busy = [name for name in (names.MOTION, names.ABS, names.REL) if self.state(name) == "Busy"]
                seen = f"{', '.join(busy)} still Busy {self.wire.clock() - since_s:.0f} s after the command"
                if self.has(names.ABORT):
                    self.order_abort()
                    await self.wire.wait_until(lambda: not self.rotating, 3.0)
                raise Failed(f"{seen}, at {self.azimuth_deg:.1f}")
        await self.wire.listen(0.05)  # what belongs to the same end may come in the next packet
        self.speed.learn(self.track(since_s))
        return Move(self.wire.clock() - since_s, self.azimuth_deg, self.state(names.ABS))

    async def abort(self) -> None:
        """Stop whatever turns and wait until it stands.

        Raises:
            Failed: it does not stop.
        """
        sent = self.order_abort()
        await self.answer(names.ABORT, sent)
        if not await self.wire.wait_until(lambda: not self.rotating, 5.0):
            raise Failed("still Busy 5 s after DOME_ABORT_MOTION")

    async def park_and_wait(self, park: bool) -> Event:
        """Park or unpark, and wait until DOME_PARK has left Busy.

        Returns:
            The set* of DOME_PARK that ended it.

        Raises:
            Failed: refused, or it does not end.
        """
        sent = self.order_park(park)
        return await self.wait_parked(park, sent, await self.answer(names.PARK, sent))

    async def wait_parked(self, park: bool, sent: float, answer: Event) -> Event:
        """Wait until a park or unpark that was ordered has left Busy.

        Args:
            park: which of the two.
            sent: when it was ordered, seconds.
            answer: the first set* that followed.

        Returns:
            The set* of DOME_PARK that ended it.

        Raises:
            Failed: refused, or it does not end.
        """
        wanted, event = names.PARKED if park else names.UNPARKED, answer
        deadline_s = self.wire.clock() + self.speed.limit_s(360.0)
        while event.state == "Busy":
            latest = await self.wire.wait(
                lambda e: e.is_set and e.device == self.device and e.name == names.PARK and e.state != "Busy",
                sent,
                deadline_s - self.wire.clock(),
            )
            if latest is None:
                raise Failed(f"DOME_PARK still Busy {self.wire.clock() - sent:.0f} s after {wanted}")
            event = latest
        self.speed.learn(self.track(sent))
        if event.state != "Ok" or self.on(names.PARK) != [wanted]:
            raise Failed(f"{wanted} ended with DOME_PARK {event.state}, On: {', '.join(event.on) or 'none'}")
        return event

    async def connect(self) -> None:
        """Connect the driver to its dome and wait for the dome properties.

        Raises:
            Failed: it refuses or does not answer.
        """
        fresh, sent = not self.connected, self.wire.clock()
        if fresh:
            # Not noted as a command that wants its answer within a second: a controller may take its time to wake.
            on = {names.CONNECT: "On"}
            self.wire.command("Switch", names.CONNECTION, on, self.device, note=False)
            await self.wire.wait_until(lambda: self.connected or self.state(names.CONNECTION) == "Alert", CONNECT_S)
            if not self.connected:
                raise Failed(f"CONNECT ended with CONNECTION {self.state(names.CONNECTION)} ({self.last_words(sent)})")
        if not await self.wire.wait_until(lambda: self.has(names.MOTION), 5.0):
            raise Failed("connected, but DOME_MOTION was not defined within 5 s")
        await self.quiet(QUIET_S)
        if fresh:
            await self.wire.wait_until(lambda: self._truth_told(sent), TRUTH_S)

    def _truth_told(self, since_s: float) -> bool:
        place = not self.has(names.ABS) or bool(self.wire.sets_of(names.ABS, since_s, self.device))
        return place and (not self.has(names.PARK) or bool(self.on(names.PARK)))

    async def quiet(self, seconds: float, timeout_s: float = 5.0) -> bool:
        """Wait until the dome's properties have said nothing for a while; False when they keep talking."""
        end_s = self.wire.clock() + timeout_s
        while (left_s := end_s - self.wire.clock()) > 0:
            now_s = self.wire.clock()
            spoke = await self.wire.wait(lambda e: e.device == self.device, now_s, min(seconds, left_s))
            if spoke is None:
                return True
        return False

    def messages(self, since_s: float) -> list[str]:
        """List what the driver said to people since then, also with a set*."""
        return [e.text for e in self.wire.record.since(since_s) if e.device in (self.device, None) and e.text]

    def last_words(self, since_s: float) -> str:
        """Give the last message since then, for a report."""
        said = self.messages(since_s)
        return said[-1] if said else "no message"
