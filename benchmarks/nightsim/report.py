"""Results as a table that is read at a glance, and the check of what slaving must reach."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.nightsim.mount import FlipPlan
from benchmarks.nightsim.study import Result

BOUND_MARGIN_S = 5.0
MOST_MOVES = 60


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    cell: Callable[[Result], str]


_COLUMNS = (
    _Column("blocked s", 5, lambda result: f"{result.night.figures.blocked_s:.0f}"),
    _Column("outside flip s", 5, lambda result: f"{result.night.figures.outside_s:.0f}"),
    _Column("moves", 4, lambda result: f"{result.night.figures.moves}"),
    _Column("travel deg", 4, lambda result: f"{result.night.figures.travel_deg:.0f}"),
    _Column(
        "off centre mm, median/p95",
        6,
        lambda result: f"{result.night.figures.lateral_median_mm:.0f}/{result.night.figures.lateral_p95_mm:.0f}",
    ),
)


def table(results: Sequence[Result], flip: FlipPlan) -> str:
    """Lay out the nights of one kind of flip, the policies beside each other.

    Args:
        results: of a study; those of other flips are left out.
        flip: which.

    Returns:
        Lines of text.
    """
    chosen = [result for result in results if result.flip == flip]
    policies = list(dict.fromkeys(result.policy for result in chosen))
    by_target: dict[str, dict[str, Result]] = {}
    for result in chosen:
        by_target.setdefault(result.target.name, {})[result.policy] = result
    names = [_short(policy) for policy in policies]
    groups = [(column, max(column.width, *map(len, names))) for column in _COLUMNS]
    spans = [max((width + 1) * len(names) - 1, len(column.title)) for column, width in groups]
    head = f"{'':9} {'alt':>5} {'bound':>6}"
    first = f"{head} | " + " | ".join(
        f"{column.title:^{span}}" for (column, _), span in zip(groups, spans, strict=True)
    )
    second = f"{'target':9} {'deg':>5} {'s':>6} | " + " | ".join(
        f"{' '.join(f'{name:>{width}}' for name in names):>{span}}"
        for (_, width), span in zip(groups, spans, strict=True)
    )
    lines = [flip.text(), first.rstrip(), second, "-" * len(second)]
    for target, row in by_target.items():
        one = next(iter(row.values())).night
        bound = "none" if one.bound is None else f"{one.bound.blocked_s:.0f}"
        cells = " | ".join(
            f"{' '.join(f'{column.cell(row[policy]):>{width}}' for policy in policies):>{span}}"
            for (column, width), span in zip(groups, spans, strict=True)
        )
        lines.append(f"{target:9} {one.track.altitude_deg.max():5.1f} {bound:>6} | {cells}")
    return "\n".join(lines)


def shortcomings(results: Sequence[Result]) -> list[str]:
    """Name the nights on which our slaving misses what it must reach.

    Args:
        results: of a study; policies other than ours are left out.

    Returns:
        A sentence each; none when all is well.
    """
    found = []
    for result in results:
        figures = result.night.figures
        if result.policy != "ours":
            continue
        night = f"{result.target.name}, {result.flip.text()}"
        bound = result.night.bound
        if bound is not None and figures.at_flip_s > bound.blocked_s + BOUND_MARGIN_S:
            found.append(
                f"{night}: {figures.at_flip_s:.0f} s blocked at the flip, more than "
                f"{bound.blocked_s:.0f} + {BOUND_MARGIN_S:.0f} s"
            )
        if figures.outside_s > 0.0:
            found.append(f"{night}: {figures.outside_s:.0f} s blocked away from the flip")
        if figures.moves > MOST_MOVES:
            found.append(f"{night}: {figures.moves} moves, more than {MOST_MOVES}")
    return found


def _short(policy: str) -> str:
    return {"reference": "ref"}.get(policy, policy)
