"""The report: a table for people, one object for programs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.table import Table
from rich.text import Text

from client.conform.check import Check, Outcome, Result
from client.conform.session import Outcomes

STYLES = {Outcome.PASS: "green", Outcome.FAIL: "bold red", Outcome.NOT_APPLICABLE: "dim"}
SHORT = {Outcome.PASS: "pass", Outcome.FAIL: "FAIL", Outcome.NOT_APPLICABLE: "n/a"}


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a session took place."""

    server: str
    started: str
    """UTC, ISO 8601."""
    seconds: float


def counts(results: Iterable[Result]) -> dict[Outcome, int]:
    """Count the outcomes."""
    counted = dict.fromkeys(Outcome, 0)
    for each in results:
        counted[each.outcome] += 1
    return counted


def as_object(outcomes: Outcomes, setting: Setting) -> dict[str, object]:
    """Give the report as one object for JSON.

    Args:
        outcomes: of the session.
        setting: where and when.

    Returns:
        Plain dicts, lists, texts and numbers.
    """
    counted = counts(outcomes.results)
    return {
        "tool": {"name": "indi-dome conform", "version": tool_version()},
        "server": setting.server,
        "device": outcomes.device,
        "driver": dict(outcomes.driver),
        "started": setting.started,
        "seconds": round(setting.seconds, 3),
        "complete": outcomes.complete,
        "summary": {outcome.name.lower(): number for outcome, number in counted.items()},
        "results": [_one(each) for each in outcomes.results],
    }


def _one(result: Result) -> dict[str, object]:
    return {
        "number": result.check.number,
        "group": result.check.group,
        "title": result.check.title,
        "expected": result.check.expected,
        "outcome": result.outcome.name.lower(),
        "seen": result.seen,
        "seconds": round(result.seconds, 3),
    }


def tool_version() -> str:
    """Give the version of the package, "unknown" where it runs from a bare tree."""
    try:
        return version("indi-abaque-dome")
    except PackageNotFoundError:
        return "unknown"


def show(console: Console, outcomes: Outcomes, setting: Setting) -> None:
    """Print the report for people.

    Args:
        console: where to.
        outcomes: of the session.
        setting: where and when.
    """
    for group in dict.fromkeys(each.check.group for each in outcomes.results):
        console.print(_table(group, [each for each in outcomes.results if each.check.group == group]))
    failures = [each for each in outcomes.results if each.outcome is Outcome.FAIL]
    if failures:
        console.print(Text("\nWhat failed", style="bold"))
    for each in failures:
        console.print(Text.assemble((f"{each.check.number} {each.check.title}", "bold red")))
        console.print(Text(f"  expected: {each.check.expected}"))
        console.print(Text(f"  seen:     {each.seen}"))
    console.print(Text(f"\n{summary(outcomes, setting)}", style="bold"))


def summary(outcomes: Outcomes, setting: Setting) -> str:
    """Put the result into one line."""
    counted = counts(outcomes.results)
    driver = " ".join(filter(None, (outcomes.driver.get("exec"), outcomes.driver.get("version"))))
    line = (
        f"{outcomes.device} ({driver}) on {setting.server}: {counted[Outcome.PASS]} passed,"
        f" {counted[Outcome.FAIL]} failed, {counted[Outcome.NOT_APPLICABLE]} not applicable,"
        f" in {setting.seconds:.0f} s"
    )
    return line if outcomes.complete else f"{line}; not complete"


def _table(group: str, results: Sequence[Result]) -> Table:
    table = Table(title=group, title_justify="left", title_style="bold", expand=True, show_edge=False, pad_edge=False)
    table.add_column("no.", width=4)
    table.add_column("check", ratio=2)
    table.add_column("", width=4)
    table.add_column("seen", ratio=5, overflow="fold")
    for each in results:
        style = STYLES[each.outcome]
        table.add_row(each.check.number, Text(each.check.title), Text(SHORT[each.outcome], style), Text(each.seen))
    return table


def show_list(console: Console, checks: Sequence[Check]) -> None:
    """Print what there is to check, without a dome.

    Args:
        console: where to.
        checks: in order.
    """
    for group in dict.fromkeys(each.group for each in checks):
        table = Table(title=group, title_justify="left", title_style="bold", expand=True, show_edge=False)
        table.add_column("no.", width=4)
        table.add_column("check", ratio=2)
        table.add_column("expected", ratio=5)
        table.add_column("needs", ratio=2)
        for each in checks:
            if each.group == group:
                needs = ", ".join(sorted(need.name for need in each.needs))
                table.add_row(each.number, Text(each.title), Text(each.expected), Text(needs))
        console.print(table)
