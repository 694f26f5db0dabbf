"""Plays the demonstration from beginning to end, or keeps its stage for a person with KStars."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console

from astro.bright_objects import BRIGHT_OBJECTS
from astro.mount_report import Site
from client.connection import IndiConnection
from client.demo.board import Board, Row
from client.demo.programme import choose
from client.demo.stage import Stage
from client.demo.story import CLIENT, DRIVER, DemoFailed, Story
from client.dome import DomeClient
from indi_dome_driver.config import load_config

KSTARS = """\
Server, simulated dome and telescope simulator run on port {port}. In KStars:
  Tools > Ekos > profile editor: Mode "Remote", host localhost, port {port};
  Mount "Telescope Simulator", Dome "{dome}"; start the profile, then open the Observatory tab.
From a shell:
  .venv/bin/indi-dome status --server localhost:{port}
  .venv/bin/indi-dome goto 90 --server localhost:{port}
Ctrl-C ends everything."""


async def play(stage: Stage, console: Console) -> None:
    """Visit three objects: two with the driver's own slaving, one with the standalone client.

    Args:
        stage: with the processes running.
        console: where to show it.

    Raises:
        ClientError: it did not go as it should; the text is the diagnosis.
    """
    began_s = time.monotonic()
    async with _story(stage, console) as story:
        visits = choose(BRIGHT_OBJECTS, story.site, time.time())
        if len(visits) < 3:
            raise DemoFailed(f"only {len(visits)} of the known objects stand well at this site and hour")
        rows = [Row(visit.name, DRIVER if number < 2 else CLIENT) for number, visit in enumerate(visits)]
        with Board(console, rows) as board:
            outcomes = await story.visit_by_driver(visits[:2], rows[:2], board)
            outcomes += await story.visit_by_client(visits[2:], rows[2:], board)
    least = min(outcome.clearance_mm for outcome in outcomes)
    clear = sum(1 for outcome in outcomes if outcome.row.state == "in the slit")
    late = [outcome.row.name for outcome in outcomes if not outcome.dome_first]
    console.print(
        f"{clear} of {len(outcomes)} objects in the slit, {len({visit.side for visit in visits})} sides of the pier, "
        f"at least {least:.0f} mm free beside the beam, {time.monotonic() - began_s:.0f} s."
    )
    if clear < len(outcomes):
        raise DemoFailed("the slit did not follow as it should; the table above shows where")
    if late:
        raise DemoFailed(f"the dome started only after the mount had arrived: {', '.join(late)}")


async def keep(stage: Stage, console: Console) -> None:
    """Connect and unpark everything, say how to use it, and stay until Ctrl-C.

    Args:
        stage: with the processes running.
        console: where to say it.

    Raises:
        ClientError: something did not start, or the server ended.
    """
    async with _story(stage, console) as story:
        console.print(KSTARS.format(port=stage.port, dome=story.dome_name), markup=False, soft_wrap=True)
        gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        story.connection.on_disconnect(gone.set_result)
        raise DemoFailed(f"the server ended: {await gone}")


@asynccontextmanager
async def _story(stage: Stage, console: Console) -> AsyncIterator[Story]:
    config = load_config(stage.config, os.environ).config
    connection = IndiConnection()
    try:
        await connection.connect("localhost", stage.port)
        site = Site(config.site.latitude_deg, config.site.longitude_deg)
        dome = DomeClient(connection, config.device_name)
        story = Story(connection, dome, site, f"localhost:{stage.port}", stage.config)
        await story.prepare(lambda text: console.print(text, style="dim", soft_wrap=True))
        yield story
    finally:
        await connection.close()
