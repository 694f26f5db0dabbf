"""The report as a page to be kept or published: Markdown with one table per group and what failed, in full."""

from client.conform.check import Outcome, Result
from client.conform.report import SHORT, Setting, summary, tool_version
from client.conform.session import Outcomes


def as_markdown(outcomes: Outcomes, setting: Setting) -> str:
    """Give the report as a Markdown document.

    Args:
        outcomes: of the session.
        setting: where and when.
    """
    about = outcomes.driver
    title = f"{outcomes.device} ({' '.join(filter(None, (about.get('exec'), about.get('version'))))})"
    lines = [f"# INDI dome conformance: {cell(title)}", "", f"{cell(summary(outcomes, setting))}.", ""]
    lines += [f"Tested with `indi-dome conform` {tool_version()}, begun {setting.started}.", ""]
    failures = [each for each in outcomes.results if each.outcome is Outcome.FAIL]
    if failures:
        lines += ["## What failed", "", "| no. | check | expected | seen |", "|---|---|---|---|"]
        lines += [_row(each.check.number, each.check.title, each.check.expected, each.seen) for each in failures]
        lines += [""]
    lines += ["## All checks", ""]
    for group in dict.fromkeys(each.check.group for each in outcomes.results):
        lines += [f"### {group.capitalize()}", "", "| no. | check | | seen |", "|---|---|---|---|"]
        lines += [_full(each) for each in outcomes.results if each.check.group == group]
        lines += [""]
    return "\n".join(lines).rstrip()


def _full(result: Result) -> str:
    short = SHORT[result.outcome]
    return _row(result.check.number, result.check.title, f"**{short}**" if short == "FAIL" else short, result.seen)


def _row(*cells: str) -> str:
    return f"| {' | '.join(map(cell, cells))} |"


def cell(text: str) -> str:
    """Make a text fit into one cell of a table, whatever a driver said.

    Args:
        text: may hold line breaks, bars and angle brackets.
    """
    for character, safe in (("|", "\\|"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, safe)
    return " ".join(text.split())
