"""Whole simulated nights: how long the beam is blocked under our slaving, the reference's and INDI's own."""

import json
import sys
from itertools import product
from pathlib import Path
from typing import Annotated

import typer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.nightsim.models import default_table
from benchmarks.nightsim.mount import FlipPlan
from benchmarks.nightsim.night import Scenario
from benchmarks.nightsim.observatory import Drive, Opening
from benchmarks.nightsim.report import shortcomings, table
from benchmarks.nightsim.study import POLICIES, Result, Study
from benchmarks.nightsim.targets import find_targets

EPILOG = """Examples:

night.py

night.py --flip-late 0,10,20 --check

night.py --targets "NGC 4559,M42" --mount-flip 60 --plot pictures

night.py --policy ours,timer --slit 0.7 --rate 60 --json

Exit codes: 0 done, 1 failed or (with --check) figures missed, 2 wrong usage.
"""

app = typer.Typer(add_completion=False, pretty_exceptions_show_locals=False)


@app.command(epilog=EPILOG)
def main(
    targets: Annotated[str, typer.Option(help="Names, separated by commas, or all.")] = "all",
    policy: Annotated[str, typer.Option(help=f"Who slaves: any of {', '.join(POLICIES)}.")] = "ours,reference,indi",
    flip_late: Annotated[
        str, typer.Option(help="Minutes past the meridian at which the mount flips; several go.")
    ] = "0",
    mount_flip: Annotated[str, typer.Option(help="Seconds that the flip takes the mount; several go.")] = "0",
    flip_known: Annotated[
        bool, typer.Option("--flip-known/--flip-unknown", help="Whether ours is told when the mount flips.")
    ] = True,
    slit: Annotated[float, typer.Option(min=0.05, help="Width of the slit, metres.")] = 0.60,
    tube: Annotated[float, typer.Option(min=0.01, help="Diameter of the beam, metres.")] = 0.25,
    rate: Annotated[float, typer.Option(min=1.0, help="Full speed of the dome, degrees per minute.")] = 40.0,
    blocking: Annotated[bool, typer.Option("--blocking", help="A dome that takes no new target in a move.")] = False,
    step: Annotated[float, typer.Option(min=0.1, max=5.0, help="Seconds from one decision to the next.")] = 1.0,
    threshold: Annotated[
        float | None, typer.Option(min=0.05, help="Ours by this dead band, degrees, instead of its default rule.")
    ] = None,
    model_noise: Annotated[
        float, typer.Option(min=0.0, help="Ours by a geometry fitted to a table with this scatter, mm; 0: the truth.")
    ] = 0.0,
    abaque: Annotated[
        Path | None, typer.Option("--table", exists=True, dir_okay=False, help="What the reference looks up (.xlsx).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Of all that is left to chance.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print plain data.")] = False,
    plot: Annotated[Path | None, typer.Option(file_okay=False, help="Folder for a picture per night.")] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="End with 1 where ours exceeds the bound by 5 s, is blocked elsewhere, or moves more than 60 times.",
        ),
    ] = False,
) -> None:
    """Play whole nights and compare how long the dome's edge cuts the beam."""
    if tube >= slit:
        raise typer.BadParameter(f"a tube of {tube:g} m does not fit a slit of {slit:g} m", param_hint="--tube")
    try:
        chosen = find_targets(targets)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--targets") from error
    flips = tuple(
        FlipPlan(late, lasts)
        for late, lasts in product(_numbers(flip_late, "--flip-late"), _numbers(mount_flip, "--mount-flip"))
    )
    if plot is not None:
        _need_matplotlib()
    study = Study(
        targets=chosen,
        policies=_policies(policy),
        flips=flips,
        scenario=Scenario(Opening(slit, tube), Drive(rate / 60.0, retargetable=not blocking), step_s=step),
        flip_known=flip_known,
        threshold_deg=threshold,
        model_noise_mm=model_noise,
        table=abaque or default_table(),
        seed=seed,
    )
    try:
        results = _play(study)
    except ValueError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    if as_json:
        typer.echo(
            json.dumps({"table": study.table.name, "nights": [result.to_json() for result in results]}, indent=1)
        )
    else:
        for flip in flips:
            typer.echo(f"\n{table(results, flip)}")
        if "reference" in study.policies:
            typer.echo(f"\nThe reference looked up {study.table.name}.")
    if plot is not None:
        from benchmarks.nightsim.plots import draw

        for file in draw(results, study.scenario.opening.clearance_m, plot):
            typer.echo(str(file), err=True)
    if check:
        missed = shortcomings(results)
        for sentence in missed:
            typer.echo(f"missed: {sentence}", err=True)
        raise typer.Exit(1 if missed else 0)


def _play(study: Study) -> list[Result]:
    results = []
    shown = sys.stderr.isatty()
    total = len(study.targets) * len(study.flips) * len(study.policies)
    for result in study.play():
        results.append(result)
        if shown:
            typer.echo(f"\r{len(results)}/{total} {result.target.name}, {result.policy:24}", err=True, nl=False)
    if shown:
        typer.echo(f"\r{'':60}\r", err=True, nl=False)
    return results


def _numbers(text: str, option: str) -> list[float]:
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no list of numbers, such as 0,10,20", param_hint=option) from error
    if not all(0.0 <= value <= 600.0 for value in values):
        raise typer.BadParameter(f"{text!r}: each must lie in 0...600", param_hint=option)
    return values


def _policies(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(part.strip() for part in text.split(",")))
    for name in names:
        if name not in POLICIES:
            raise typer.BadParameter(f"no policy {name!r}; there are {', '.join(POLICIES)}", param_hint="--policy")
    return names


def _need_matplotlib() -> None:
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        typer.echo("error: --plot needs matplotlib: install it with  .venv/bin/pip install matplotlib", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    app()
