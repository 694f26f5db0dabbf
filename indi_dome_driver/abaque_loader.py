"""Reads and fits tables and calibrations in processes of their own: that must not share the motion loop's time."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence

from indi_dome_driver.device.models import Answer, LoadRequest

TIMEOUT_S = 120.0
"""A Raspberry Pi with a slow card needs some seconds; beyond this something hangs."""


class AbaqueLoader:
    """Starts one process per question and hands over its answer in the event loop."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def __call__(self, request: LoadRequest, done: Callable[[Answer], None]) -> None:
        """Begin to load.

        Args:
            request: what to load.
            done: takes the answer; {"error": text} when it did not work.
        """
        arguments = (
            str(request.path),
            "--latitude-deg",
            repr(request.latitude_deg),
            "--radius-m",
            repr(request.radius_m),
        )
        self._start("astro.load_abaque", arguments, b"", f"reading {request.path}", done)

    def calibrate(self, document: Answer, done: Callable[[Answer], None]) -> None:
        """Begin to fit a calibration.

        Args:
            document: as `calibration_request` makes it.
            done: as above.
        """
        self._start("astro.fit_calibration", (), json.dumps(document).encode(), "fitting the calibration", done)

    def _start(
        self, module: str, arguments: Sequence[str], question: bytes, what: str, done: Callable[[Answer], None]
    ) -> None:
        async def run() -> None:
            done(await _ask(module, arguments, question, what))

        task = asyncio.get_running_loop().create_task(run())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def cancel(self) -> None:
        """Give up whatever is still loading (its process is ended)."""
        for task in self._running:
            task.cancel()


async def _ask(module: str, arguments: Sequence[str], question: bytes, what: str) -> Answer:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            # -P: a folder named "astro" in the working directory must not be taken for ours.
            *("-P", "-m", module, *arguments),
            stdin=asyncio.subprocess.PIPE if question else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
        )
    except OSError as error:
        return {"error": f"the process for {what} cannot start: {error.strerror or error}"}
    try:
        async with asyncio.timeout(TIMEOUT_S):
            output, _ = await process.communicate(question or None)
    except TimeoutError:
        return {"error": f"{what} took more than {TIMEOUT_S:.0f} s"}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    try:
        answer = json.loads(output)
    except ValueError:
        return {"error": f"the process for {what} failed (exit code {process.returncode}); see the log"}
    return answer if isinstance(answer, dict) else {"error": f"the process for {what} gave no usable answer"}
