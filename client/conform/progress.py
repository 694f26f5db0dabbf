"""Shows each check while it runs: a live line on a terminal, plain lines elsewhere. Writes to stderr."""

from contextlib import suppress
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status
from rich.text import Text

from client.conform.check import Check, Outcome, Result
from client.conform.report import SHORT, STYLES


class CheckProgress:
    """A watcher of the runner, as a context."""

    def __init__(self, console: Console | None = None) -> None:
        """Prepare.

        Args:
            console: where to write; stderr when None.
        """
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)
        self._live: Status | None = None
        self._line = ""

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = self._console.status("...")
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def begins(self, check: Check, place: int, of: int) -> None:
        """Show what begins."""
        self._line = f"[{place}/{of}] {check.number} {check.title}"
        if self._live is not None:
            self._live.update(Text(self._line))

    def inside(self, text: str) -> None:
        """Show what goes on inside a long check."""
        if self._live is not None:
            self._live.update(Text(f"{self._line}: {text}"))

    def ended(self, result: Result) -> None:
        """Show how it ended."""
        word = Text(SHORT[result.outcome], STYLES[result.outcome])
        line = Text.assemble(self._line, ": ", word, f" ({result.seconds:.1f} s)")
        if result.outcome is not Outcome.PASS:
            line.append(f" {result.seen}")
        self._print(line)

    def say(self, text: str) -> None:
        """Show a line of its own."""
        self._print(Text(f"indi-dome: {text}"))

    def _print(self, line: Text) -> None:
        with suppress(OSError):  # the terminal may be gone, which must not keep the dome from being stopped
            self._console.print(line, soft_wrap=True)
