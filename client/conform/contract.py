"""The dome contract as far as clients depend on it: types, rules, permissions and elements of the properties."""

from dataclasses import dataclass

from client.conform import names
from client.conform.record import Known
from indi_dome_driver.indi.elements import Permission, Rule, State
from indi_dome_driver.indi.numbers import parse_number

LONGEST_NAME = 63
"""libindi keeps names, labels, groups, device and formats in 64 bytes."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a client takes for granted about a property."""

    kind: str
    elements: tuple[str, ...]
    rule: Rule | None = None
    permission: Permission = Permission.READ_WRITE
    first: bool = False
    """Whether clients read the first element by its place."""
    limits: tuple[float, float] | None = None
    """What the limits must at least allow, where the driver sets any."""


ONE, AT_MOST_ONE, ANY = Rule.ONE_OF_MANY, Rule.AT_MOST_ONE, Rule.ANY_OF_MANY
TURN = (0.0, 359.0)

BEFORE_CONNECTION = {
    names.CONNECTION: Expected("Switch", (names.CONNECT, names.DISCONNECT), ONE),
    names.DRIVER_INFO: Expected(
        "Text",
        ("DRIVER_NAME", "DRIVER_EXEC", "DRIVER_VERSION", names.INTERFACE),
        permission=Permission.READ_ONLY,
    ),
    names.CONFIG: Expected(
        "Switch", (names.CONFIG_LOAD, names.CONFIG_SAVE, "CONFIG_DEFAULT", names.CONFIG_PURGE), AT_MOST_ONE
    ),
    "DEBUG": Expected("Switch", ("ENABLE", "DISABLE"), ONE),
    "SIMULATION": Expected("Switch", ("ENABLE", "DISABLE"), ONE),
    "POLLING_PERIOD": Expected("Number", ("PERIOD_MS",)),
    names.ACTIVE_DEVICES: Expected("Text", (names.ACTIVE_TELESCOPE,)),
    names.MOUNT_POLICY: Expected("Switch", (names.MOUNT_IGNORED, names.MOUNT_LOCKS), ONE),
}
MANDATORY = (names.CONNECTION, names.DRIVER_INFO, names.MOTION)

WHEN_CONNECTED = {
    names.MOTION: Expected("Switch", (names.CW, names.CCW), AT_MOST_ONE, first=True),
    names.ABS: Expected("Number", (names.AZIMUTH,), first=True, limits=TURN),
    names.REL: Expected("Number", (names.TURN,), first=True, limits=(-179.0, 179.0)),
    names.ABORT: Expected("Switch", (names.ABORT_NOW,), AT_MOST_ONE),
    names.PARK: Expected("Switch", (names.PARKED, names.UNPARKED), ONE),
    names.PARK_OPTION: Expected("Switch", (names.PARK_CURRENT, names.PARK_DEFAULT, names.PARK_WRITE), AT_MOST_ONE),
    names.SYNC: Expected("Number", (names.SYNC_AZ,), first=True, limits=TURN),
    names.AUTOSYNC: Expected("Switch", (names.AUTOSYNC_ON, names.AUTOSYNC_OFF), ONE),
    names.OTA_SIDE: Expected(
        "Switch",
        ("DM_OTA_SIDE_EAST", "DM_OTA_SIDE_WEST", "DM_OTA_SIDE_MOUNT", "DM_OTA_SIDE_HA", "DM_OTA_SIDE_IGNORE"),
        AT_MOST_ONE,
    ),
    names.PARAMS: Expected("Number", (names.THRESHOLD,)),
    names.MEASUREMENTS: Expected(
        "Number",
        (
            "DM_DOME_RADIUS",
            "DM_SHUTTER_WIDTH",
            "DM_NORTH_DISPLACEMENT",
            "DM_EAST_DISPLACEMENT",
            "DM_UP_DISPLACEMENT",
            "DM_OTA_OFFSET",
        ),
    ),
    names.PRESETS: Expected("Number", ("Preset 1", "Preset 2", "Preset 3"), limits=TURN),
    names.GOTO: Expected("Switch", ("Preset 1", "Preset 2", "Preset 3"), ONE),
    names.SHUTTER: Expected("Switch", (names.OPEN, names.CLOSE), AT_MOST_ONE, first=True),
    "DOME_SHUTTER_PARK_POLICY": Expected("Switch", ("SHUTTER_CLOSE_ON_PARK", "SHUTTER_OPEN_ON_UNPARK"), ANY),
    "DOME_SPEED": Expected("Number", ("DOME_SPEED_VALUE",)),
    "DOME_BACKLASH_TOGGLE": Expected("Switch", ("INDI_ENABLED", "INDI_DISABLED"), ONE),
    "DOME_BACKLASH_STEPS": Expected("Number", ("DOME_BACKLASH_VALUE",)),
}


def deviations(name: str, known: Known, expected: Expected) -> list[str]:
    """Say how a definition departs from what clients take for granted.

    Args:
        name: of the property.
        known: its definition.
        expected: what clients expect.

    Returns:
        One line per departure.
    """
    definition = known.definition
    wrong: list[str] = []
    if definition.tag != f"def{expected.kind}Vector":
        return [f"{name} is a {definition.tag} instead of a def{expected.kind}Vector"]
    given = [item.name or "" for item in definition.items]
    missing = [each for each in expected.elements if each not in given]
    if missing:
        wrong.append(f"{name} lacks {', '.join(missing)}")
    if expected.first and given[:1] != [expected.elements[0]]:
        wrong.append(f"{name} begins with {given[:1]} instead of {expected.elements[0]}, which KStars reads by place")
    rule, permission = definition.attributes.get("rule"), definition.attributes.get("perm")
    if expected.rule is not None and rule != expected.rule:
        wrong.append(f"{name} has rule {rule} instead of {expected.rule.value}")
    if permission != expected.permission:
        wrong.append(f"{name} has perm {permission} instead of {expected.permission.value}")
    return wrong + form_of(name, known) + _limits(name, known, expected.limits)


def form_of(name: str, known: Known) -> list[str]:
    """Say what is wrong with the form of any definition, standard or not: state, names, formats, numbers."""
    definition, wrong = known.definition, []
    state = definition.attributes.get("state")
    if state not in set(State):
        wrong.append(f"{name} is defined with state {state!r}")
    texts = [name, definition.attributes.get("label", ""), definition.attributes.get("group", "")]
    for item in definition.items:
        texts += [item.name or "", item.attributes.get("label", ""), item.attributes.get("format", "")]
        if not item.name:
            wrong.append(f"{name} has an element without a name")
        if definition.tag == "defNumberVector":
            wrong += _number(name, item.name or "", dict(item.attributes), item.text)
        if definition.tag == "defSwitchVector" and item.text not in ("On", "Off"):
            wrong.append(f"{name}.{item.name} is {item.text!r}, neither On nor Off")
    if not definition.items:
        wrong.append(f"{name} has no element; clients drop it")
    wrong += [f"{name}: {text[:20]!r}… is longer than {LONGEST_NAME} bytes" for text in texts if _too_long(text)]
    return wrong


def _too_long(text: str) -> bool:
    return len(text.encode()) > LONGEST_NAME


def _number(name: str, element: str, attributes: dict[str, str], value: str) -> list[str]:
    wrong = []
    if "%" not in attributes.get("format", ""):
        wrong.append(f"{name}.{element} has format {attributes.get('format')!r}, which shows no number")
    for what, text in (("value", value), *((key, attributes.get(key, "")) for key in ("min", "max", "step"))):
        try:
            parse_number(text)
        except ValueError as error:
            wrong.append(f"{name}.{element} {what}: {error}")
    return wrong


def _limits(name: str, known: Known, wanted: tuple[float, float] | None) -> list[str]:
    if wanted is None:
        return []
    wrong = []
    for item in known.definition.items:
        try:
            low, high = parse_number(item.attributes.get("min", "")), parse_number(item.attributes.get("max", ""))
        except ValueError:
            continue
        if low < high and (low > wanted[0] or high < wanted[1]):
            wrong.append(f"{name}.{item.name} is limited to {low:g} to {high:g}; KStars clamps its spin boxes to that")
    return wrong
