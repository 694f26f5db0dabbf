"""`indi-dome abaque measure`: build or recalibrate a table at the telescope."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from client.commands.follow import POLICIES, Side
from client.commands.options import ConfigOption, DomeOption, ServerOption, Target, resolve_target
from client.commands.runner import EXIT_FAILED, run_with_connection

if TYPE_CHECKING:  # these cost start-up time, and --help needs none of them
    from astro.calibration import Calibration
    from astro.calibration_report import CalibrationReport
    from client.connection import IndiConnection
    from client.measure import Measurer, MeasureSettings
    from indi_dome_driver.calibration_record import CalibrationRecord, Recorded

INTERACTIVE_PROPOSALS = 5

EPILOG = """Examples:

indi-dome abaque measure

indi-dome abaque measure --next 5

indi-dome abaque measure --record --note "after the new belt"

indi-dome abaque measure --save ~/my-dome.xlsx

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no server or no such device.
"""


def add_measure_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("measure", epilog=EPILOG)(measure)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every action works with."""

    target: Target
    record: "CalibrationRecord"
    settings: "MeasureSettings"
    as_json: bool

    def fit(self, calibration: "Calibration", proposals: int, *, table: bool) -> "tuple[CalibrationReport, bytes]":
        """Fit what is recorded; a table is only made where there are points."""
        from astro.fit_calibration import calibrate

        points = calibration.points
        latitude_deg = self.settings.site.latitude_deg
        return calibrate(points, latitude_deg, self.settings.radius_m, proposals, table=table and bool(points))


def measure(
    record: Annotated[
        bool, typer.Option("--record", help="Record one point from what mount and dome say now, and end.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back the last point (or the fresh start).")] = False,
    new: Annotated[bool, typer.Option("--new", help="Start afresh; the old points stay on record.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="List the points and what they come to.")] = False,
    proposals: Annotated[
        int | None, typer.Option("--next", metavar="N", min=1, max=50, help="Name the N next most useful directions.")
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", metavar="FILE", help="Write the points as a table (.xlsx).", dir_okay=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --save replace a file.")] = False,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="A remark to keep with --record.")] = "",
    mount: Annotated[
        str | None, typer.Option("--mount", metavar="NAME", help="Mount that points; default: slaving.mount.")
    ] = None,
    side: Annotated[
        Side | None,
        typer.Option("--side", help="Who says on which side of the pier the tube is; default: the mount, see slaving."),
    ] = None,
    server: ServerOption = None,
    dome: DomeOption = None,
    config: ConfigOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")] = False,
) -> None:
    """Measure your abaque at the telescope: point, centre the slit by eye, press Enter; any INDI mount and dome.

    15 to 20 points in the directions proposed make a good model; --save turns them into a table for abaque.file.

    Each point is on the disk before you are told, in a record of the dome's own that goes on another night.
    """
    actions = {"--record": record, "--undo": undo, "--new": new, "--list": listed}
    chosen = [name for name, on in actions.items() if on]
    chosen += ["--next"] if proposals is not None else []
    chosen += ["--save"] if save is not None else []
    if len(chosen) > 1:
        raise typer.BadParameter(f"{' and '.join(chosen)} are too much at once: choose one")
    if save is not None and save.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{save} must end in .xlsx", param_hint="--save")
    desk = _desk(resolve_target(server, dome, config), mount, side, config, as_json)
    match chosen:
        case ["--record"]:
            _at_the_telescope(desk, lambda measurer: _record(desk, measurer, note))
        case ["--undo"]:
            _guarded(lambda: _undo(desk))
        case ["--new"]:
            _guarded(lambda: _new(desk))
        case ["--list"] | ["--next"]:
            _guarded(lambda: _show(desk, proposals))
        case ["--save"]:
            assert save is not None  # noqa: S101 - that is why this action was chosen
            path = save
            _guarded(lambda: _save(desk, path, force=force))
        case _:
            if as_json or not (sys.stdin.isatty() and sys.stdout.isatty()):
                raise typer.BadParameter("this needs a terminal; in a script use --record, --list, --next or --save")
            _at_the_telescope(desk, lambda measurer: _screen(desk, measurer))


def _desk(target: Target, mount: str | None, side: Side | None, config: Path | None, as_json: bool) -> _Desk:
    from astro.mount_report import Site
    from client.measure import MeasureSettings
    from client.slaving_settings import slaving_settings
    from indi_dome_driver.calibration_record import CalibrationRecord
    from indi_dome_driver.config import ConfigError, load_config
    from indi_dome_driver.config.paths import calibration_file

    try:
        settings = load_config(config, os.environ).config
    except ConfigError as error:
        raise typer.BadParameter(str(error)) from error
    record = CalibrationRecord(calibration_file(os.environ, target.device))
    site = Site(settings.site.latitude_deg, settings.site.longitude_deg)
    name = mount or settings.slaving.mount
    slaving = slaving_settings(settings, None if side is None else POLICIES[side])
    return _Desk(target, record, MeasureSettings(name, slaving, site, settings.dome.radius_m), as_json)


def _at_the_telescope(desk: _Desk, action: "Callable[[Measurer], Any]") -> None:
    """Connect to mount and dome, act, and say what went wrong."""
    from astro.calibration_moment import NotNowError
    from client.dome import DomeClient
    from client.measure import Measurer

    async def session(connection: "IndiConnection") -> None:
        client = DomeClient(connection, desk.target.device)
        await client.find()
        measurer = Measurer(connection, desk.target.host, desk.target.port, client, desk.settings)
        try:
            await measurer.start()
            await action(measurer)
        finally:
            measurer.close()

    def run() -> None:
        try:
            run_with_connection(desk.target, session)
        except NotNowError as reason:
            _fail(f"nothing is recorded: {reason}")

    _guarded(run)


def _guarded(action: Callable[[], None]) -> None:
    from astro.errors import ModelError
    from indi_dome_driver.calibration_record import RecordError

    try:
        action()
    except (RecordError, ModelError) as error:
        _fail(str(error))


async def _record(desk: _Desk, measurer: "Measurer", note: str) -> None:
    from astro.calibration_lines import point_to_json
    from client.commands.measure_words import point_words, summary

    point = await measurer.take(note)
    recorded = desk.record.add(point)
    _complain(recorded)
    report, _ = await asyncio.to_thread(desk.fit, recorded.calibration, 1, table=False)
    if desk.as_json:
        typer.echo(json.dumps({"recorded": point_to_json(point), "calibration": report.to_json()}, ensure_ascii=False))
        return
    typer.echo(f"point {recorded.calibration.count} recorded: {point_words(point)}")
    _say([*summary(report), *(f"measure next: {each.words}" for each in report.proposals)])


async def _screen(desk: _Desk, measurer: "Measurer") -> None:
    from client.commands.measure_screen import MeasureScreen
    from client.properties import wall_clock

    def fit(calibration: "Calibration") -> "tuple[CalibrationReport, bytes]":
        return desk.fit(calibration, INTERACTIVE_PROPOSALS, table=True)

    await MeasureScreen(measurer, desk.record, fit, wall_clock).run()


def _undo(desk: _Desk) -> None:
    from client.commands.measure_words import point_words
    from client.properties import wall_clock

    recorded = desk.record.undo(wall_clock())
    _complain(recorded)
    if recorded.undone is None:
        _fail("there is nothing to undo: no point is recorded")
    point = recorded.undone.point
    what = f"taken back: {point_words(point)}" if point is not None else "the fresh start is taken back"
    _told(desk, recorded, what)


def _new(desk: _Desk) -> None:
    from client.properties import wall_clock

    recorded = desk.record.start_afresh(wall_clock())
    _complain(recorded)
    _told(desk, recorded, "a new calibration begins; the old points stay on record (--undo brings them back)")


def _told(desk: _Desk, recorded: "Recorded", what: str) -> None:
    count = recorded.calibration.count
    if desk.as_json:
        typer.echo(json.dumps({"done": what, "count": count}, ensure_ascii=False))
    else:
        _say([what, f"{count} points count"])


def _show(desk: _Desk, wanted: int | None) -> None:
    from rich.console import Console

    from astro.calibration_lines import point_to_json
    from client.commands.measure_words import point_table, proposals, summary

    recorded = desk.record.load()
    _complain(recorded)
    points = recorded.calibration.points
    report, _ = desk.fit(recorded.calibration, wanted or 1, table=False)
    if desk.as_json:
        document: dict[str, Any] = {"record": str(desk.record.path), "calibration": report.to_json()}
        document["points"] = [point_to_json(each) for each in points]
        typer.echo(json.dumps(document, ensure_ascii=False))
    elif wanted is not None:
        _say(proposals(report))
    else:
        if points:
            # A remark is a person's own words: brackets and colons in it are just that.
            Console(highlight=False, markup=False, emoji=False).print(point_table(points, report))
        _say([*summary(report), f"record: {desk.record.path}"])


def _save(desk: _Desk, path: Path, *, force: bool) -> None:
    from indi_dome_driver.calibration_record import TableExistsError, write_table

    recorded = desk.record.load()
    _complain(recorded)
    report, content = desk.fit(recorded.calibration, 1, table=True)
    if not content:
        _fail("nothing is saved: no point is recorded yet")
    try:
        write_table(path, content, force=force)
    except TableExistsError as error:
        _fail(f"{error}: choose another name, or add --force to replace it")
    kept = report.count - len(report.outliers)
    if desk.as_json:
        document = {"saved": str(path), "points": kept, "calibration": report.to_json()}
        typer.echo(json.dumps(document, ensure_ascii=False))
    else:
        _say([f"{kept} points are saved in {path}", report.verdict])
        _say([f'to use it: "abaque": {{"file": "{path.resolve()}"}} in the configuration, or ABAQUE_FILE in the panel'])


def _complain(recorded: "Recorded") -> None:
    for complaint in recorded.complaints:
        typer.echo(f"indi-dome: note: {complaint}", err=True)


def _say(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)


def _fail(why: str) -> NoReturn:
    typer.echo(f"indi-dome: {why}", err=True)
    raise typer.Exit(EXIT_FAILED)
