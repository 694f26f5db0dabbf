"""The properties by which a person tunes the slaving and sees the coming flip: ours, beside INDI's own."""

from indi_dome_driver.config.tree import Slaving
from indi_dome_driver.indi.vectors import State, Vector
from indi_dome_driver.properties import ABAQUE, ONE, READ_ONLY, SLAVING, number, numbers, switches

RULE, LIMITS = "SLAVING_RULE", "SLAVING_LIMITS"
FLIP_TIME, FLIP_SETTINGS, FLIP = "FLIP_TIME", "FLIP_SETTINGS", "SLAVING_FLIP"
SIDE_REPORT = "MOUNT_SIDE_REPORT"


def slaving_vectors(start: Slaving) -> list[Vector]:
    """List the vectors, which exist only while connected.

    Args:
        start: what the configuration says.

    Returns:
        Fresh vectors in their initial state.
    """
    known = start.flip_time == "known"
    clearance = start.rule == "clearance"
    return [
        switches(
            RULE,
            "When to move",
            SLAVING,
            State.OK,
            ONE,
            ("RULE_CLEARANCE", "By the clearance in the slit", clearance),
            ("RULE_THRESHOLD", "By the autosync threshold", not clearance),
        ),
        numbers(
            LIMITS,
            "Clearance rule",
            SLAVING,
            State.OK,
            number("MOVE_SHARE", "Move at this share of the free play (%)", 5, 90, 5, 100 * start.move_share, "%.0f"),
            number("LARGEST_ERROR", "Move at this error at the latest (deg)", 1, 90, 1, start.largest_error_deg),
            number("LEAN_MARGIN", "Keep free while waiting for a flip (mm)", 5, 1000, 1, start.lean_margin_mm, "%.0f"),
        ),
        switches(
            FLIP_TIME,
            "Meridian flip",
            SLAVING,
            State.OK,
            ONE,
            ("FLIP_UNKNOWN", "When the mount begins it", not known),
            ("FLIP_KNOWN", "At the time below", known),
        ),
        numbers(
            FLIP_SETTINGS,
            "Flip after meridian",
            SLAVING,
            State.OK,
            number("FLIP_AT", "The mount flips at (min)", -60, 240, 1, start.flip_hour_angle_min, "%.1f"),
            number("FLIP_LATEST", "Not waited for after (min; 0: never)", 0, 240, 5, start.flip_latest_min, "%.1f"),
        ),
        switches(
            SIDE_REPORT,
            "Mount's pier side",
            SLAVING,
            State.OK,
            ONE,
            ("SIDE_AS_REPORTED", "As reported", start.mount_side == "reported"),
            ("SIDE_INVERTED", "Inverted", start.mount_side == "inverted"),
        ),
        numbers(
            FLIP,
            "Next flip",
            ABAQUE,
            State.IDLE,
            number("FLIP_IN", "Due in (min)", -1e4, 1e4, 0, 0, "%.1f"),
            number("FLIP_TURN", "The dome turns (deg)", -360, 360, 0, 0, "%.1f"),
            number("FLIP_LOSS", "Without a clear view (s)", 0, 1e4, 0, 0, "%.0f"),
            permission=READ_ONLY,
        ),
    ]
