"""The dome contract in one table: every INDI property of the driver, as clients see it.

Names, elements, labels, formats and rules are those of INDI's own dome class, so that KStars and every other client
find what they know. There is no shutter, so there are no shutter properties. The group "Abaque" is ours.
"""

from indi_dome_driver.indi.vectors import (
    NumberElement,
    NumberVector,
    Permission,
    Rule,
    State,
    SwitchElement,
    SwitchVector,
    TextElement,
    TextVector,
    Vector,
)

MAIN, OPTIONS, SLAVING, SITE = "Main Control", "Options", "Slaving", "Site Management"
PRESETS, INFO, ABAQUE = "Presets", "General Info", "Abaque"
READ_WRITE, READ_ONLY = Permission.READ_WRITE, Permission.READ_ONLY
ONE, AT_MOST_ONE = Rule.ONE_OF_MANY, Rule.AT_MOST_ONE
IDLE, OK = State.IDLE, State.OK

PRESET_NAMES = ("Preset 1", "Preset 2", "Preset 3")

DOME_INTERFACE = 32
"""Bit 5 of INDI's driver interface mask: a dome. KStars builds its dome object from this number alone."""


def number(
    name: str, label: str, low: float, high: float, step: float, value: float, form: str = "%6.2f"
) -> NumberElement:
    """Make one number element."""
    return NumberElement(name, label, form, low, high, step, value)


def numbers(
    name: str,
    label: str,
    group: str,
    state: State,
    *elements: NumberElement,
    permission: Permission = Permission.READ_WRITE,
    timeout_s: int = 60,
) -> NumberVector:
    """Make a number vector."""
    return NumberVector(name, label, group, elements, state=state, permission=permission, timeout_s=timeout_s)


def switches(
    name: str,
    label: str,
    group: str,
    state: State,
    rule: Rule,
    *elements: tuple[str, str] | tuple[str, str, bool],
    timeout_s: int = 60,
) -> SwitchVector:
    """Make a writable switch vector from (name, label[, on])."""
    made = tuple(SwitchElement(each[0], each[1], len(each) == 3 and bool(each[-1])) for each in elements)
    return SwitchVector(name, label, group, made, state=state, timeout_s=timeout_s, rule=rule)


def texts(name: str, label: str, group: str, permission: Permission, *elements: tuple[str, str, str]) -> TextVector:
    """Make a text vector from (name, label, value)."""
    return TextVector(name, label, group, tuple(TextElement(*each) for each in elements), permission=permission)


def always(driver_name: str, version: str, mount: str, simulated: bool, polling_period_ms: float) -> list[Vector]:
    """List what exists before CONNECTION, in the order in which it is defined.

    Args:
        driver_name: device name.
        version: driver version, "major.minor".
        mount: INDI name of the mount to follow.
        simulated: whether the configured hardware is simulated.
        polling_period_ms: how often the position is reported while the dome turns, milliseconds.

    Returns:
        Fresh vectors in their initial state.
    """
    return [
        switches(
            "CONNECTION", "Connection", MAIN, IDLE, ONE, ("CONNECT", "Connect"), ("DISCONNECT", "Disconnect", True)
        ),
        texts(
            "DRIVER_INFO",
            "Driver Info",
            INFO,
            READ_ONLY,
            ("DRIVER_NAME", "Name", driver_name),
            ("DRIVER_EXEC", "Exec", "indi_dome_driver"),
            ("DRIVER_VERSION", "Version", version),
            ("DRIVER_INTERFACE", "Interface", str(DOME_INTERFACE)),
        ),
        switches("DEBUG", "Debug", OPTIONS, IDLE, ONE, ("ENABLE", "Enable"), ("DISABLE", "Disable", True)),
        switches(
            "SIMULATION",
            "Simulation",
            OPTIONS,
            IDLE,
            ONE,
            ("ENABLE", "Enable", simulated),
            ("DISABLE", "Disable", not simulated),
        ),
        switches(
            "CONFIG_PROCESS",
            "Configuration",
            OPTIONS,
            IDLE,
            AT_MOST_ONE,
            ("CONFIG_LOAD", "Load"),
            ("CONFIG_SAVE", "Save"),
            ("CONFIG_DEFAULT", "Default"),
            ("CONFIG_PURGE", "Purge"),
        ),
        numbers(
            "POLLING_PERIOD",
            "Polling",
            OPTIONS,
            IDLE,
            number("PERIOD_MS", "Period (ms)", 10, 600000, 1000, polling_period_ms, "%.f"),
        ),
        texts(
            "ACTIVE_DEVICES",
            "Snoop devices",
            OPTIONS,
            READ_WRITE,
            ("ACTIVE_TELESCOPE", "Telescope", mount),
            ("ACTIVE_INPUT", "Input", ""),
            ("ACTIVE_OUTPUT", "Output", ""),
        ),
        switches(
            "MOUNT_POLICY",
            "Mount Policy",
            OPTIONS,
            IDLE,
            ONE,
            ("MOUNT_IGNORED", "Mount ignored", True),
            ("MOUNT_LOCKS", "Mount locks"),
        ),
    ]


def logging_vectors() -> list[Vector]:
    """List what exists only while DEBUG is enabled.

    Returns:
        Fresh vectors in their initial state: everything but debug texts, to the clients.
    """
    words = (("ERROR", "Errors"), ("WARNING", "Warnings"), ("SESSION", "Messages"), ("DEBUG", "Driver Debug"))

    def levels(name: str, label: str, prefix: str) -> SwitchVector:
        made = tuple((prefix + word, text, word != "DEBUG") for word, text in words)
        return switches(name, label, OPTIONS, IDLE, Rule.ANY_OF_MANY, *made, timeout_s=0)

    return [
        levels("DEBUG_LEVEL", "Debug Levels", "DBG_"),
        levels("LOGGING_LEVEL", "Logging Levels", "LOG_"),
        switches(
            "LOG_OUTPUT",
            "Log Output",
            OPTIONS,
            IDLE,
            Rule.ANY_OF_MANY,
            ("CLIENT_DEBUG", "To Client", True),
            ("FILE_DEBUG", "To Log File"),
            timeout_s=0,
        ),
    ]


def when_connected(
    threshold_deg: float, model: str, abaque_file: str, home_azimuth_deg: float = 0.0, cable_turns: float = 0.0
) -> list[Vector]:
    """List what exists only while connected, in the order in which it is defined.

    Args:
        threshold_deg: dead band of the slaving, degrees.
        model: "auto", "geometry", "table", "reference" or "measurements": what the slaving starts with.
        abaque_file: path of the measured table, or "".
        home_azimuth_deg: azimuth of the home switch, degrees.
        cable_turns: turns either way that the cables allow; 0 without a limit.

    Returns:
        Fresh vectors in their initial state.
    """
    return [
        switches("DOME_MOTION", "Motion", MAIN, OK, AT_MOST_ONE, ("DOME_CW", "Dome CW"), ("DOME_CCW", "Dome CCW")),
        numbers(
            "REL_DOME_POSITION",
            "Relative Position",
            MAIN,
            OK,
            number("DOME_RELATIVE_POSITION", "Degrees", -180, 180, 10, 0),
        ),
        numbers(
            "ABS_DOME_POSITION",
            "Absolute Position",
            MAIN,
            OK,
            number("DOME_ABSOLUTE_POSITION", "Degrees", 0, 360, 1, 0),
        ),
        switches("DOME_ABORT_MOTION", "Abort Motion", MAIN, IDLE, AT_MOST_ONE, ("ABORT", "Abort")),
        numbers(
            "Presets",
            "Presets",
            PRESETS,
            IDLE,
            *(number(name, name, 0, 360, 1, 0) for name in PRESET_NAMES),
            timeout_s=0,
        ),
        switches("Goto", "Goto", PRESETS, IDLE, ONE, *((name, name) for name in PRESET_NAMES), timeout_s=0),
        switches(
            "DOME_AUTOSYNC",
            "Slaving",
            SLAVING,
            OK,
            ONE,
            ("DOME_AUTOSYNC_ENABLE", "Enable"),
            ("DOME_AUTOSYNC_DISABLE", "Disable", True),
        ),
        switches(
            "DM_OTA_SIDE",
            "Meridian side",
            SLAVING,
            OK,
            AT_MOST_ONE,
            ("DM_OTA_SIDE_EAST", "East"),
            ("DM_OTA_SIDE_WEST", "West"),
            ("DM_OTA_SIDE_MOUNT", "Mount", True),
            ("DM_OTA_SIDE_HA", "Hour Angle"),
            ("DM_OTA_SIDE_IGNORE", "Ignore"),
        ),
        numbers(
            "DOME_PARAMS",
            "Params",
            SLAVING,
            OK,
            number("AUTOSYNC_THRESHOLD", "Autosync threshold (deg)", 0, 360, 1, threshold_deg),
        ),
        numbers(
            "DOME_MEASUREMENTS",
            "Measurements",
            SLAVING,
            OK,
            number("DM_DOME_RADIUS", "Radius (m)", 0, 50, 1, 0),
            number("DM_SHUTTER_WIDTH", "Shutter width (m)", 0, 10, 1, 0),
            number("DM_NORTH_DISPLACEMENT", "N displacement (m)", -10, 10, 1, 0),
            number("DM_EAST_DISPLACEMENT", "E displacement (m)", -10, 10, 1, 0),
            number("DM_UP_DISPLACEMENT", "Up displacement (m)", -10, 10, 1, 0),
            number("DM_OTA_OFFSET", "OTA offset (m)", -10, 10, 1, 0),
        ),
        numbers("DOME_SYNC", "Sync", MAIN, OK, number("DOME_SYNC_VALUE", "Az", 0, 360, 10, 0, "%.2f")),
        switches("DOME_PARK", "Parking", MAIN, OK, ONE, ("PARK", "Park(ed)"), ("UNPARK", "UnPark(ed)")),
        numbers(
            "DOME_PARK_POSITION",
            "Park Position",
            SITE,
            IDLE,
            number("PARK_AZ", "AZ D:M:S", 0, 360, 0, 0, "%10.6m"),
        ),
        switches(
            "DOME_PARK_OPTION",
            "Park Options",
            SITE,
            IDLE,
            AT_MOST_ONE,
            ("PARK_CURRENT", "Current"),
            ("PARK_DEFAULT", "Default"),
            ("PARK_WRITE_DATA", "Write Data"),
        ),
        switches(
            "DOME_BACKLASH_TOGGLE",
            "Backlash",
            OPTIONS,
            IDLE,
            ONE,
            ("INDI_ENABLED", "Enabled"),
            ("INDI_DISABLED", "Disabled", True),
        ),
        numbers(
            "DOME_BACKLASH_STEPS",
            "Backlash",
            OPTIONS,
            OK,
            number("DOME_BACKLASH_VALUE", "Steps", 0, 1e6, 100, 0, "%.f"),
        ),
        switches("HOME", "Home", MAIN, IDLE, AT_MOST_ONE, ("HOME_FIND", "Find home"), ("HOME_GOTO", "Go home")),
        numbers(
            "HOME_POSITION",
            "Home Position",
            SITE,
            IDLE,
            number("HOME_AZ", "AZ D:M:S", 0, 360, 0, home_azimuth_deg, "%10.6m"),
        ),
        numbers(
            "CABLE_WRAP_LIMIT",
            "Cable Limit",
            SITE,
            IDLE,
            number("CABLE_TURNS", "Turns either way (0: none)", 0, 20, 0.25, cable_turns, "%.2f"),
        ),
        numbers(
            "CABLE_WRAP",
            "Cable",
            SITE,
            IDLE,
            number("CABLE_WOUND", "Wound (turns, clockwise +)", -1e3, 1e3, 0, 0, "%.3f"),
            number("CABLE_DOUBT", "Uncertain by (turns; 999: lost)", 0, 1e3, 0, 0, "%.3f"),
            permission=READ_ONLY,
        ),
        switches("CABLE_WRAP_RESET", "Cable Reset", SITE, IDLE, AT_MOST_ONE, ("RESET", "Cables hang free here")),
        switches(
            "ABAQUE_MODEL",
            "Model",
            ABAQUE,
            OK,
            ONE,
            ("MODEL_AUTO", "Automatic: what suits the table", model == "auto"),
            ("MODEL_GEOMETRY", "Geometry fitted to the table", model == "geometry"),
            ("MODEL_TABLE", "Table, interpolated per pier side", model == "table"),
            ("MODEL_REFERENCE", "Lookup without pier side (to compare)", model == "reference"),
            ("MODEL_MEASUREMENTS", "Measurements typed in", model == "measurements"),
        ),
        texts("ABAQUE_FILE", "Table", ABAQUE, READ_WRITE, ("FILE", "File (.xlsx)", abaque_file)),
        texts(
            "ABAQUE_INFO",
            "About the table",
            ABAQUE,
            READ_ONLY,
            ("SUMMARY", "Summary", ""),
            ("FINDINGS", "Findings", ""),
            ("MODEL", "Model in use", ""),
            ("REASON", "Why this model", ""),
        ),
        numbers(
            "SLAVING_STATUS",
            "Slaving now",
            ABAQUE,
            IDLE,
            number("TARGET_AZ", "Target azimuth (deg)", 0, 360, 0, 0),
            number("ERROR", "Turn to target (deg)", -180, 180, 0, 0),
            number("DEAD_BAND", "Dead band (deg)", 0, 360, 0, threshold_deg),
            number("LATERAL_OFFSET", "Beam off the slit's centre (mm)", 0, 1e5, 0, 0, "%.0f"),
            number("CLEARANCE", "Clearance left (mm)", -1e5, 1e5, 0, 0, "%.0f"),
            number("MOUNT_ALT", "Telescope altitude (deg)", -90, 90, 0, 0),
            number("MOUNT_AZ", "Telescope azimuth (deg)", 0, 360, 0, 0),
            number("DATA_AGE", "Age of mount data (s)", 0, 1e9, 0, 0, "%.0f"),
            permission=READ_ONLY,
        ),
        texts(
            "SLAVING_REASON",
            "Why (not)",
            ABAQUE,
            READ_ONLY,
            ("REASON", "Reason", "slaving is off"),
            ("SIDE", "Side of the tube", ""),
            ("SIDE_SOURCE", "Side known from", ""),
            ("MODEL", "Model in use", ""),
        ),
    ]
