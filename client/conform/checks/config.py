"""Check 40: saving and loading the driver's settings."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

from client.conform import names
from client.conform.bench import Bench
from client.conform.check import Failed, Findings, Need, check, grouped
from client.conform.dome import DomeUnderTest
from indi_dome_driver.indi.numbers import parse_number

LOADED_S = 5.0
LATE_S = 10.0


async def _config(dome: DomeUnderTest, found: Findings, action: str, *states: str) -> None:
    sent = dome.wire.switch(names.CONFIG, action, device=dome.device)
    answer = await dome.wire.wait_set(names.CONFIG, since_s=sent, timeout_s=1.0, device=dome.device)
    found.expect(answer is not None, f"{action}: no set* of CONFIG_PROCESS within 1 s")
    if answer is None:  # late is not never: what follows depends on how it ended
        answer = await dome.wire.wait_set(names.CONFIG, since_s=sent, timeout_s=LATE_S, device=dome.device)
    if names.AUTOSYNC_ON in dome.on(names.AUTOSYNC):
        dome.slave(False)  # a saved one comes back with everything else
    if answer is None:
        raise Failed(f"{action} is not answered at all")
    await dome.quiet(0.2, LOADED_S)
    state = dome.state(names.CONFIG)
    found.expect(not states or state in states, f"{action} ended {state} instead of {' or '.join(states)}")
    found.expect(not dome.on(names.CONFIG), f"{action}: its switch stays On")


async def _threshold(dome: DomeUnderTest, value: float) -> None:
    sent = dome.wire.number(names.PARAMS, dome.device, **{names.THRESHOLD: repr(value)})
    await dome.answer(names.PARAMS, sent)
    await dome.wire.wait_until(lambda: abs(dome.number(names.PARAMS, names.THRESHOLD) - value) < 1e-6, 1.0)


@check(
    "40",
    "save and load settings",
    "what was saved, also unasked as INDI 2.2 does, comes back at CONFIG_LOAD, with Ok; after CONFIG_PURGE a load is "
    "Alert; the file can be read back (both only with --driver)",
    Need.MOTION,  # saved slaving may come back with a load
    Need.CONFIG,
    Need.PARAMS,
)
async def save_and_load(bench: Bench) -> str:
    dome, found, unasked = bench.dome, Findings(), False
    await _config(dome, found, names.CONFIG_LOAD)  # so that what is saved again is what the person had saved
    had_file = dome.state(names.CONFIG) == "Ok"
    original = dome.number(names.PARAMS, names.THRESHOLD)
    try:
        await _threshold(dome, 7.25)
        await _config(dome, found, names.CONFIG_SAVE, "Ok")
        if bench.host is not None:
            _read_file(bench, found)
        await _threshold(dome, 11.5)
        await _config(dome, found, names.CONFIG_LOAD, "Ok")
        value = dome.number(names.PARAMS, names.THRESHOLD)
        unasked = abs(value - 11.5) < 1e-6 and (bench.host is None or _saved(bench) == value)
        found.expect(unasked or abs(value - 7.25) < 1e-6, f"saved 7.25, changed to 11.5, loaded {value:g}")
        if bench.host is not None:  # what a person has saved is not the tool's to delete
            await _config(dome, found, names.CONFIG_PURGE, "Ok")
            await _config(dome, found, names.CONFIG_LOAD, "Alert")
    finally:
        dome.wire.number(names.PARAMS, dome.device, **{names.THRESHOLD: repr(original)})
        if had_file:
            dome.wire.switch(names.CONFIG, names.CONFIG_SAVE, device=dome.device)
        await dome.wire.listen(0.3)
    how = "saved, changed (which saved it unasked, as INDI 2.2 does)" if unasked else "saved, changed"
    return found.verdict(f"{how}, loaded" + ("; Alert after the purge" if bench.host else "; not purged"))


def _path(bench: Bench) -> Path:
    return bench.own_host.home / ".indi" / f"{bench.dome.device}_config.xml"


def _saved(bench: Bench) -> float | None:
    """Read the threshold from the driver's file."""
    with suppress(OSError, ElementTree.ParseError):
        for number in ElementTree.parse(_path(bench)).getroot().iter("oneNumber"):  # noqa: S314 - as below
            if number.get("name") == names.THRESHOLD:
                return parse_number(number.text or "")
    return None


def _read_file(bench: Bench, found: Findings) -> None:
    path = _path(bench)
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314 - written by the driver under test
    except (OSError, ElementTree.ParseError) as error:
        found.expect(False, f"{path.name} cannot be read: {error}")
        return
    found.expect(root.tag == "INDIDriver", f"{path.name} begins with <{root.tag}>")
    for vector in root:
        right = vector.tag in ("newNumberVector", "newSwitchVector", "newTextVector")
        found.expect(right, f"{path.name} holds a <{vector.tag}>")
        found.expect(vector.get("device") == bench.dome.device, f"{path.name}: {vector.get('name')} names no device")


CHECKS = grouped("config", save_and_load)
