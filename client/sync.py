"""Keeps any INDI dome in front of any INDI mount, by the decision code that the driver uses too."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from astro.angles import difference_deg
from astro.dome_model import DomeModel
from astro.mount_report import Site
from astro.slaving import Decision, DomeReport, SlavingSettings, Verdict, decide
from client.connection import IndiConnection
from client.dome import DomeClient
from client.errors import ClientError, NotConnected, Refused, Stopped
from client.mount_listener import MountListener
from client.properties import Clock, Disconnected, Event, wall_clock
from client.status import AUTOSYNC

PERIOD_S = 1.0
FOREIGN_STEPS = 2
RETRY_S = 10.0
"""After a refusal: how long the dome is left in peace."""
STANDS_DEG = 0.1
"""A dome that moved by less stands."""
RETARGET_DEG = 5.0
"""A goal that moves by more than this ends the move under way; less waits for its end (C++ domes refuse then)."""


class TwoMasters(ClientError):  # noqa: N818 - named for what happened, like its siblings
    """The dome slaves itself; two masters would fight over it."""

    def __init__(self, device: str) -> None:
        super().__init__(
            f'"{device}" slaves itself to the mount (DOME_AUTOSYNC is on): two masters would fight. Switch it off in '
            f'the Ekos Observatory tab, or: indi_setprop "{device}.DOME_AUTOSYNC.DOME_AUTOSYNC_DISABLE=On"'
        )


class TakenOver(ClientError):  # noqa: N818 - as above
    """A person moved or stopped the dome: the person is master."""

    def __init__(self, device: str, what: str) -> None:
        super().__init__(
            f'somebody else took "{device}" in hand ({what}): following ends. Start it again when you like.'
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
        self._mount = MountListener(connection, host, port, mount, settings.stale_after_s / 3.0, clock)
        self._dome = dome
        self._model = model
        self._settings = settings
        self._site = site
        self._show = show
        self._clock = clock
        self._woken = asyncio.Event()
        self._gone: str | None = None
        self._goal_deg: float | None = None
        self._move: asyncio.Task[float] | None = None
        self._quiet_until_s = 0.0
        self._reached: tuple[float, float] | None = None
        self._note = ""
        self._phase: object = None
        self._foreign_steps = 0

    async def run(self) -> None:
        """Follow until cancelled.

        Raises:
            TwoMasters: the dome's own slaving is on, now or later.
            TakenOver: somebody else moved or stopped the dome.
            NotConnected: the server went away.
            DeviceNotFound: there is no such mount.
        """
        unsubscribe = self._connection.subscribe(self._listen)
        try:
            await self._mount.find()
            while True:
                self._woken.clear()
                await self._step()
                try:
                    async with asyncio.timeout(PERIOD_S):
                        await self._woken.wait()
                except TimeoutError:
                    continue
        except asyncio.CancelledError:
            await self._stop_own_move()
            raise
        finally:
            unsubscribe()
            self._mount.close()
            if self._move is not None:
                self._move.cancel()

    async def _stop_own_move(self) -> None:
        """Leave no dome turning that we set in motion."""
        if self._move is None or self._move.done():
            return
        self._move.cancel()
        with suppress(ClientError):
            await self._dome.abort()

    def _listen(self, event: Event) -> None:
        if isinstance(event, Disconnected):
            self._gone = event.reason
            self._woken.set()
        elif self._mount.hear(event) and self._mount.report.phase != self._phase:
            self._phase = self._mount.report.phase
            self._woken.set()

    async def _step(self) -> None:
        if self._gone is not None:
            raise NotConnected(self._gone)
        autosync = self._connection.snapshot(self._dome.device, AUTOSYNC)
        if autosync is not None and autosync.is_on("DOME_AUTOSYNC_ENABLE"):
            raise TwoMasters(self._dome.device)
        now = self._clock()
        self._mount.refresh(now)
        self._reap()
        report = self._dome_report()
        if report is None:
            gone = Decision(Verdict.STAY_DOME_BUSY, "the dome is not connected, or its driver is gone: waiting for it")
            self._show(Step(gone, None, self._note))
            return
        decision = decide(self._mount.report, report, self._model, self._settings, self._site, now)
        if decision.goto_deg is not None and now >= self._quiet_until_s:
            if self._cannot_do_better(report.azimuth_deg, decision.goto_deg):
                self._note = self._note or "the dome stands as near to it as it can"
            else:
                await self._go(decision.goto_deg)
        self._show(Step(decision, report.azimuth_deg, self._note))
        self._note = ""

    async def _go(self, target_deg: float) -> None:
        if self._move is not None:
            if self._goal_deg is not None and abs(difference_deg(target_deg, self._goal_deg)) < RETARGET_DEG:
                return
            try:
                await self._replace_move()
            except ClientError as error:
                self._note, self._quiet_until_s = str(error), self._clock() + RETRY_S
                return
        self._goal_deg = target_deg
        # The reply is awaited in the task: no second command before the first one is answered.
        self._move = asyncio.create_task(self._dome.goto(target_deg), name="follow")

    async def _replace_move(self) -> None:
        """End the move under way: a C++ dome refuses a goto during a goto."""
        move, self._move = self._move, None
        if move is not None:
            move.cancel()
        await self._dome.abort()

    def _reap(self) -> None:
        """Take note of how the last move ended."""
        if self._move is None or not self._move.done():
            return
        move, goal_deg = self._move, self._goal_deg
        self._move = self._goal_deg = self._reached = None
        if move.cancelled():
            return
        error = move.exception()
        if error is None and goal_deg is not None:
            self._reached = (goal_deg, move.result())
        if isinstance(error, Stopped):
            raise TakenOver(self._dome.device, "it was stopped or sent elsewhere")
        if isinstance(error, ClientError):
            self._note = str(error)
            wait_s = RETRY_S if isinstance(error, Refused) else PERIOD_S
            self._quiet_until_s = self._clock() + wait_s
        elif error is not None:
            raise error

    def _cannot_do_better(self, azimuth_deg: float, goal_deg: float) -> bool:
        """Tell whether the dome stands where a goto to all but the same place has just brought it.

        Domes that know whole degrees only would be sent there once a second.
        """
        if self._move is not None or self._reached is None:
            return False
        reached_goal_deg, reached_deg = self._reached
        short_deg = abs(difference_deg(reached_deg, reached_goal_deg))
        moved_deg = abs(difference_deg(azimuth_deg, reached_deg))
        return moved_deg < STANDS_DEG and abs(difference_deg(goal_deg, reached_goal_deg)) <= short_deg + STANDS_DEG

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
        # The end of our own move may still show as motion for a moment.
        self._foreign_steps = self._foreign_steps + 1 if occupied.startswith("somebody") else 0
        if self._foreign_steps > FOREIGN_STEPS:
            raise TakenOver(self._dome.device, "it turns and we did not ask for it")
        return DomeReport(
            azimuth_deg=status.azimuth_deg,
            moving=status.moving or ours,
            target_deg=self._goal_deg,
            parked=status.park == "parked",
            occupied=occupied,
        )
