"""Checks 1, 2, 4, 5, 8 and 42: the driver's process, spoken to by hand."""

# ruff: noqa: D103 - title and expectation of a check say what it does

from client.conform import names
from client.conform.bench import Bench, SpokenDriver
from client.conform.check import Findings, Need, NotApplicable, check, grouped
from client.conform.contract import WHEN_CONNECTED
from client.conform.dome import CONNECT_S
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Item, Message

LABEL = "My Dome"
MOUNT_PROPERTIES = ("EQUATORIAL_EOD_COORD", "TARGET_EOD_COORD")
NO_PORT = "/dev/there-is-no-such-port"
ANSWER_S = 1.0
START_S = 15.0
"""A small computer may need so long to start a driver."""
GARBAGE = {
    "tags that do not fit": b"<newNumberVector device='x'></newSwitchVector>\n",
    "an unknown tag": b"<wibble device='x' name='y'>z</wibble>\n",
    "bytes that are no text": bytes(range(1, 256)) + b">\n",
    "entities": b"<newTextVector device='x' name='y'><oneText name='z'>&lt;&#x41;&nosuch;</oneText></newTextVector>\n",
    "a text of 1 MB": b"<newTextVector device='x' name='y'><oneText name='z'>"
    + b"a" * 1_000_000
    + b"</oneText></newTextVector>\n",
}


def understand(data: bytes) -> tuple[list[Message], list[str]]:
    """Read what a driver wrote: elements, and what was none."""
    decoder = Decoder(max_message_bytes=1 << 24)
    messages, wrong = [], []
    for each in decoder.feed(data):
        if isinstance(each, Message):
            messages.append(each)
        else:
            wrong.append(each.reason)
    return messages, wrong


def asked(device: str | None = None, name: str | None = None) -> bytes:
    """Write a getProperties."""
    return element("getProperties", {"version": "1.7", "device": device, "name": name})


def _own_device(messages: list[Message], otherwise: str) -> str:
    """Give the name of the dome among what a driver defined; a driver may have a focuser beside it."""
    for each in messages:
        if each.tag.startswith("def") and each.name == names.DRIVER_INFO and each.device:
            mask = next((item.text.strip() for item in each.items if item.name == names.INTERFACE), "")
            if mask.isdecimal() and int(mask) & names.DOME_BIT:
                return each.device
    return next((each.device for each in messages if each.tag.startswith("def") and each.device), otherwise)


def _defined(messages: list[Message], name: str) -> bool:
    return any(each.tag.startswith("def") and each.name == name for each in messages)


async def _introduction(driver: SpokenDriver) -> tuple[list[Message], list[str]]:
    """Ask for everything and read it, however long the driver takes to start."""
    await driver.send(asked())
    data = b""
    for _ in range(round(START_S / ANSWER_S)):
        data += await driver.read_for(ANSWER_S)
        if _defined(understand(data)[0], names.CONNECTION):
            break
    return understand(data)


@check("1", "silence at the start", "not a byte before it is asked, for as long as it takes to start", Need.PROCESS)
async def silent(bench: Bench) -> str:
    begun_s = bench.wire.clock()
    driver = await bench.own_host.speak_to_driver()
    await _introduction(driver)
    await driver.stop()
    start_s = bench.wire.clock() - begun_s
    driver = await bench.own_host.speak_to_driver()
    said = await driver.read_for(start_s)
    await driver.stop()
    found = Findings()
    found.expect(not said, f"it wrote {said[:60]!r}")
    return found.verdict("nothing said")


@check(
    "2",
    "introduction",
    "well-formed definitions of what exists before the connection, CONFIG_PROCESS Idle, the dome's bit, and requests "
    "for the mount's properties, TARGET_EOD_COORD among them: without it the dome starts only after the mount arrived",
    Need.PROCESS,
)
async def introduction(bench: Bench) -> str:
    driver, found = await bench.own_host.speak_to_driver(), Findings()
    messages, wrong = await _introduction(driver)
    await driver.stop()
    found.expect(not wrong, f"not well-formed: {'; '.join(wrong[:3])}")
    defined = {each.name: each for each in messages if each.tag.startswith("def")}
    for name in (names.CONNECTION, names.DRIVER_INFO, names.CONFIG):
        found.expect(name in defined, f"{name} is not defined")
    early = [str(name) for name in defined if name in WHEN_CONNECTED]
    found.expect(not early, f"defined before the connection: {', '.join(early)}")
    if names.CONFIG in defined:
        state = defined[names.CONFIG].attributes.get("state")
        found.expect(state == "Idle", f"CONFIG_PROCESS is {state}")
    if names.DRIVER_INFO in defined:
        mask = next((i.text for i in defined[names.DRIVER_INFO].items if i.name == names.INTERFACE), "")
        is_dome = mask.strip().isdecimal() and bool(int(mask) & names.DOME_BIT)
        found.expect(is_dome, f"DRIVER_INTERFACE {mask} lacks the dome's bit {names.DOME_BIT}")
    snooped = {each.name for each in messages if each.tag == "getProperties"}
    for name in MOUNT_PROPERTIES if bench.dome.has(names.AUTOSYNC) else ():
        found.expect(name in snooped, f"it does not ask for the mount's {name}")
    return found.verdict(f"{len(defined)} definitions, {len(snooped)} of the mount's properties asked for")


@check("4", "end of the server", "when its input closes in mid-move it ends within 2 s", Need.PROCESS, Need.MOTION)
async def end_of_input(bench: Bench) -> str:
    driver, found = await bench.own_host.speak_to_driver(), Findings()
    messages, _ = await _introduction(driver)
    device = _own_device(messages, bench.dome.device)
    await driver.send(_switch(device, names.CONNECTION, names.CONNECT))
    connected = b""
    for _ in range(round(START_S / ANSWER_S)):
        connected += await driver.read_for(ANSWER_S)
        if _defined(understand(connected)[0], names.MOTION):
            break
    await driver.send(_number(device, names.ABS, names.AZIMUTH, "170"))
    said, _ = understand(await driver.read_for(1.0))
    moving = any(each.name == names.ABS and each.attributes.get("state") == "Busy" for each in said)
    await driver.close_input()
    code = await driver.wait(2.0)
    errors = await driver.stop()
    found.expect(code is not None, "still running 2 s after its input was closed")
    found.expect("Traceback" not in errors, f"a traceback: {errors.strip().splitlines()[-1:]}")
    return found.verdict(f"ended with {code}, {'in mid-move' if moving else 'at rest: it did not take a goto'}")


@check(
    "5",
    "another name",
    "with INDIDEV set, every element speaks of that device, and its settings are saved under that name",
    Need.PROCESS,
)
async def another_name(bench: Bench) -> str:
    host, found = bench.own_host, Findings()
    home = host.home.parent / "home-named"
    home.mkdir(exist_ok=True)
    driver = await host.speak_to_driver(env={"INDIDEV": LABEL}, home=home)
    messages, _ = await _introduction(driver)
    await driver.send(_switch(LABEL, names.CONFIG, names.CONFIG_SAVE))
    messages += understand(await driver.read_for(1.0))[0]
    await driver.stop()
    ours = [each for each in messages if each.tag != "getProperties"]
    others = {str(each.device) for each in ours} - {LABEL, "None"}
    found.expect(bool(ours) and not others, f"it speaks of {', '.join(sorted(others)) or 'nothing'}")
    expected = home / ".indi" / f"{LABEL}_config.xml"
    files = sorted(each.name for each in (home / ".indi").glob("*")) if (home / ".indi").is_dir() else []
    found.expect(expected.exists(), f"{expected.name} was not written ({', '.join(files) or 'no file at all'})")
    return found.verdict(f"{len(ours)} elements, all of {LABEL!r}; {expected.name} written")


@check(
    "8",
    "no hardware",
    "CONNECT without the hardware ends Alert with DISCONNECT On and words; no dome property is defined",
    Need.PROCESS,
)
async def no_hardware(bench: Bench) -> str:
    driver, found = await bench.own_host.speak_to_driver(), Findings()
    try:
        messages, _ = await _introduction(driver)
        if not any(each.name == "DEVICE_PORT" for each in messages):
            raise NotApplicable("the tool cannot take this dome's hardware away: it has no DEVICE_PORT")
        device = _own_device(messages, bench.dome.device)
        await driver.send(_text(device, "DEVICE_PORT", "PORT", NO_PORT))
        if _defined(messages, "DEVICE_AUTO_SEARCH"):  # or it tries the ports of other people's devices
            await driver.send(_switch(device, "DEVICE_AUTO_SEARCH", "INDI_DISABLED"))
        await driver.send(_switch(device, names.CONNECTION, names.CONNECT))
        data, said = b"", []
        for _ in range(round(CONNECT_S)):
            data += await driver.read_for(1.0)
            said = understand(data)[0]
            if any(each.name == names.CONNECTION and each.attributes.get("state") in ("Ok", "Alert") for each in said):
                break
    finally:
        await driver.stop()
    states = [each.attributes.get("state") for each in said if each.name == names.CONNECTION]
    if states and states[-1] == "Ok":
        raise NotApplicable(f"it connects without its port {NO_PORT}: it is simulated")
    found.expect(bool(states) and states[-1] == "Alert", f"CONNECTION {states[-1] if states else 'not answered'}")
    words = [text for each in said if (text := each.attributes.get("message"))]
    found.expect(bool(words), "not a word")
    early = {str(each.name) for each in said if each.tag.startswith("def") and each.name in WHEN_CONNECTED}
    found.expect(not early, f"defined nevertheless: {', '.join(sorted(early))}")
    return found.verdict("Alert, with words")


@check(
    "42",
    "garbage",
    "broken XML, unknown tags, a text of 1 MB and a command byte by byte do not end it: the next request is answered",
    Need.PROCESS,
)
async def garbage(bench: Bench) -> str:
    found = Findings()
    for what, data in GARBAGE.items():
        driver = await bench.own_host.speak_to_driver()
        await _introduction(driver)
        await driver.send(data)
        await _still_answers(driver, found, what, bench.dome.device)
    driver = await bench.own_host.speak_to_driver()
    messages, _ = await _introduction(driver)
    device = _own_device(messages, bench.dome.device)
    for byte in _switch(device, "DEBUG", "DISABLE"):
        await driver.send(bytes([byte]))
    await _still_answers(driver, found, "a command byte by byte", device)
    return found.verdict(f"{len(GARBAGE) + 1} kinds of it survived")


async def _still_answers(driver: SpokenDriver, found: Findings, what: str, device: str) -> None:
    await driver.send(asked(device, names.CONNECTION))
    said, _ = understand(await driver.read_for(ANSWER_S))
    answered = any(each.tag.startswith("def") and each.name == names.CONNECTION for each in said)
    code = await driver.wait(0.0)
    await driver.stop()
    ended = "" if code is None else f"; it ended with {code}"
    found.expect(answered, f"after {what} nothing is answered any more{ended}")


def _switch(device: str, name: str, on: str) -> bytes:
    return element("newSwitchVector", {"device": device, "name": name}, [Item("oneSwitch", {"name": on}, "On")])


def _number(device: str, name: str, member: str, value: str) -> bytes:
    return element("newNumberVector", {"device": device, "name": name}, [Item("oneNumber", {"name": member}, value)])


def _text(device: str, name: str, member: str, value: str) -> bytes:
    return element("newTextVector", {"device": device, "name": name}, [Item("oneText", {"name": member}, value)])


CHECKS = grouped("process", silent, introduction, end_of_input, another_name, no_hardware, garbage)
