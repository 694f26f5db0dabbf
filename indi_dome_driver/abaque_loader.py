"""Runs `astro.load_abaque` in a process of its own: reading and fitting must not share the motion loop's time."""

import asyncio
import json
import sys
from collections.abc import Callable

from indi_dome_driver.device.models import Answer, LoadRequest

TIMEOUT_S = 120.0
"""A Raspberry Pi with a slow card needs some seconds; beyond this something hangs."""


class AbaqueLoader:
    """Starts one process per table and hands over its answer in the event loop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def __call__(self, request: LoadRequest, done: Callable[[Answer], None]) -> None:
        """Begin to load.

        Args:
            request: what to load.
            done: takes the answer; {"error": text} when it did not work.
        """

        async def run() -> None:
            done(await _ask(request))

        task = asyncio.get_running_loop().create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        """Give up whatever is still loading (its process is ended)."""
        for task in self._running:
            task.cancel()


async def _ask(request: LoadRequest) -> Answer:
    arguments = [
        # -P: a folder named "astro" in the working directory must not be taken for ours.
        *("-P", "-m", "astro.load_abaque", str(request.path)),
        *("--latitude-deg", repr(request.latitude_deg), "--radius-m", repr(request.radius_m)),
    ]
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE
        )
    except OSError as error:
        return {"error": f"the process that reads tables cannot start: {error.strerror or error}"}
    try:
        async with asyncio.timeout(TIMEOUT_S):
            output, _ = await process.communicate()
    except TimeoutError:
        return {"error": f"reading {request.path} took more than {TIMEOUT_S:.0f} s"}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        answer = json.loads(output)
    except ValueError:
        return {"error": f"the process that reads tables failed (exit code {process.returncode}); see the log"}
    return answer if isinstance(answer, dict) else {"error": "the process that reads tables gave no usable answer"}
