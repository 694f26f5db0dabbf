"""Keeps any INDI dome in front of any INDI mount, by the decision code that the driver uses too."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from astro.angles import difference_deg
from astro.dome_model import DomeModel
from astro.mount_report import Site
from astro.slaving import Decision, DomeReport, SlavingSettings, decide
from client.connection import IndiConnection
from client.dome import DomeClient
from client.errors import ClientError, DeviceNotFound, NotConnected, Refused, TimedOut
from client.properties import Clock, DeviceRemoved, Disconnected, Event, PropertyChanged, PropertyRemoved, wall_clock
from client.refresh import ask_again
from client.status import AUTOSYNC, CONNECTION
from indi_dome_driver.indi.mount_watch import MOUNT_PROPERTIES, MountWatch
from indi_dome_driver.indi.received import typed_values

PERIOD_S = 1.0
RETRY_S = 10.0
"""After a refusal: how long the dome is left in peace."""
RETARGET_DEG = 5.0
"""A goal that moves by more than this ends the move under way; less waits for its end (C++ domes refuse then)."""


class TwoMasters(ClientError):  # noqa: N818 - named for what happened, like its siblings
    """The dome slaves itself; two masters would fight over it."""

    def __init__(self, device: str) -> None:
        super().__init__(
            f'"{device}" slaves itself to the mount (DOME_AUTOSYNC is on): two masters would fight. Switch it off in '
            f'the Ekos Observatory tab, or: indi_setprop "{device}.DOME_AUTOSYNC.DOME_AUTOSYNC_DISABLE=On"'
        )


@dataclass(frozen=True, slots=True)
class Step:
    """What the follower thinks and did at one moment."""

    decision: Decision
    dome_azimuth_deg: float | None
    note: str = ""
    """What happened to the last command, when that needs words."""


class Follower:
    """Follows one mount with one dome until cancelled.

    Args:
        connection: open, sees both devices.
        host: of the server, for asking a silent mount again.
        port: of the server.
        mount: INDI name of the mount.
        dome: client of the dome, found and connected.
        model: where the slit must be.
        settings: dead band, limits and side policy.
        site: place to assume while the mount names none.
        show: sees every step.
        clock: Unix seconds.
    """

    def __init__(
        self,
        connection: IndiConnection,
        host: str,
        port: int,
        mount: str,
        dome: DomeClient,
        model: DomeModel,
        settings: SlavingSettings,
        site: Site,
        show: Callable[[Step], None],
        clock: Clock = wall_clock,
    ) -> None:
        self._connection = connection
        self._host, self._port = host, port
        self._mount = mount
        self._dome = dome
        self._model = model
        self._settings = settings
        self._site = site
        self._show = show
        self._clock = clock
        self._watch = MountWatch()
        self._woken = asyncio.Event()
        self._gone: str | None = None
        self._goal_deg: float | None = None
        self._move: asyncio.Task[float] | None = None
        self._quiet_until_s = 0.0
        self._note = ""
        self._phase: object = None

    async def run(self) -> None:
        """Follow until cancelled.

        Raises:
            TwoMasters: the dome's own slaving is on, now or later.
            NotConnected: the server went away.
            DeviceNotFound: there is no such mount.
        """
        unsubscribe = self._connection.subscribe(self._listen)
        try:
            await self._find_mount()
            while True:
                self._woken.clear()
                await self._step()
                try:
                    async with asyncio.timeout(PERIOD_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue
        finally:
            unsubscribe()
            if self._move is not None:
                self._move.cancel()

    async def _find_mount(self, timeout_s: float = 3.0) -> None:
        try:
            await self._connection.wait_for(self._mount, CONNECTION, lambda _: True, timeout_s)
        except TimedOut:
            raise DeviceNotFound(self._mount, self._connection.devices(), option="--mount") from None
        for snapshot in self._connection.properties(self._mount):
            now = self._clock()
            self._watch.apply(snapshot.name, snapshot.state, snapshot.elements, now, defined=True)

    def _listen(self, event: Event) -> None:
        match event:
            case PropertyChanged(snapshot, defined) if snapshot.device == self._mount:
                if snapshot.name in MOUNT_PROPERTIES:
                    self._watch.apply(
                        snapshot.name, snapshot.state, snapshot.elements, snapshot.received_s, defined=defined
                    )
            case PropertyRemoved(device, name) if device == self._mount:
                self._watch.forget(name)
            case DeviceRemoved(device) if device == self._mount:
                self._watch.forget()
            case Disconnected(reason):
                self._gone = reason
                self._woken.set()
                return
            case _:
                return
        report = self._watch.report
        phase = (report.slewing, report.target, report.side, report.parked, report.faulted)
        if phase != self._phase:
            self._phase = phase
            self._woken.set()

    async def _step(self) -> None:
        if self._gone is not None:
            raise NotConnected(self._gone)
        autosync = self._connection.snapshot(self._dome.device, AUTOSYNC)
        if autosync is not None and autosync.is_on("DOME_AUTOSYNC_ENABLE"):
            raise TwoMasters(self._dome.device)
        now = self._clock()
        self._watch.expire(now)
        await self._keep_mount_awake(now)
        self._reap()
        report = self._dome_report()
        if report is None:
            return
        decision = decide(self._watch.report, report, self._model, self._settings, self._site, now)
        if decision.go and decision.target_deg is not None and now >= self._quiet_until_s:
            await self._go(decision.target_deg)
        self._show(Step(decision, report.azimuth_deg, self._note))
        self._note = ""

    async def _go(self, target_deg: float) -> None:
        if self._move is not None:
            if self._goal_deg is not None and abs(difference_deg(target_deg, self._goal_deg)) < RETARGET_DEG:
                return
            self._move.cancel()
            self._move = None
            await self._dome.abort()
        self._goal_deg = target_deg
        # The reply is awaited in the task: no second command before the first one is answered.
        self._move = asyncio.create_task(self._dome.goto(target_deg), name="follow")

    def _reap(self) -> None:
        """Take note of how the last move ended."""
        if self._move is None or not self._move.done():
            return
        move, self._move, self._goal_deg = self._move, None, None
        if move.cancelled():
            return
        error = move.exception()
        if isinstance(error, ClientError):
            self._note = str(error)
            wait_s = RETRY_S if isinstance(error, Refused) else PERIOD_S
            self._quiet_until_s = self._clock() + wait_s
        elif error is not None:
            raise error

    def _dome_report(self) -> DomeReport | None:
        status = self._dome.status()
        if status.azimuth_deg is None:
            return None
        ours = self._move is not None
        occupied = ""
        if status.park in ("parking", "unparking"):
            occupied = f"the dome is {status.park}"
        elif status.moving and not ours:
            occupied = "somebody else moves the dome"
        return DomeReport(
            azimuth_deg=status.azimuth_deg,
            moving=status.moving or ours,
            target_deg=self._goal_deg,
            parked=status.park == "parked",
            occupied=occupied,
        )

    async def _keep_mount_awake(self, now_s: float) -> None:
        """Ask for the position again before it counts as stale: a mount that tracks well has nothing new to say."""
        if now_s - self._watch.report.position_time_s < self._settings.stale_after_s / 3.0:
            return
        name = "EQUATORIAL_EOD_COORD"
        answer = await ask_again(self._host, self._port, self._mount, name)
        if answer is not None:
            state = answer.attributes.get("state", "")
            self._watch.apply(name, state, typed_values(answer), self._clock(), defined=True)
