"""What a person chose about the slaving, read off the panel for each decision."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from astro.slaving_settings import Rule, SidePolicy, SlavingSettings
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.vectors import State
from indi_dome_driver.slaving_properties import FLIP_SETTINGS, FLIP_TIME, LIMITS, RULE, SIDE_REPORT

SIDE, PARAMS = "DM_OTA_SIDE", "DOME_PARAMS"
THRESHOLD = "AUTOSYNC_THRESHOLD"
POLICIES = {
    "DM_OTA_SIDE_EAST": SidePolicy.EAST,
    "DM_OTA_SIDE_WEST": SidePolicy.WEST,
    "DM_OTA_SIDE_MOUNT": SidePolicy.MOUNT,
    "DM_OTA_SIDE_HA": SidePolicy.HOUR_ANGLE,
    "DM_OTA_SIDE_IGNORE": SidePolicy.IGNORE,
}
SMALLEST_DEAD_BAND_DEG = 0.1
DEG_PER_MIN = 0.25
"""How far the sky turns in a minute (of hour angle), degrees."""


class SlavingOptions:
    """Answers the commands that tune the slaving, and puts the settings together.

    Args:
        panel: the property sheet.
        fixed: what no property changes: limit of age, free play, rate of the dome.
        refuse: answers a command with Alert and the reason.
        changed: called when anything changed.
    """

    def __init__(
        self,
        panel: Panel,
        fixed: SlavingSettings,
        refuse: Callable[[str, str], None],
        changed: Callable[[], None],
    ) -> None:
        self._panel = panel
        self._fixed = fixed
        self._refuse = refuse
        self._changed = changed
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            SIDE: lambda values: self._choose(SIDE, values, "East, West, Mount, Hour Angle or Ignore"),
            RULE: lambda values: self._choose(RULE, values, "By the clearance or By the threshold"),
            FLIP_TIME: lambda values: self._choose(FLIP_TIME, values, "one of the two"),
            SIDE_REPORT: lambda values: self._choose(SIDE_REPORT, values, "As reported or Inverted"),
            PARAMS: self._on_params,
            LIMITS: lambda values: self._take(LIMITS, values),
            FLIP_SETTINGS: lambda values: self._take(FLIP_SETTINGS, values),
        }

    def present(self) -> SlavingSettings:
        """Put together what holds now."""
        panel = self._panel
        sides = panel.switch(SIDE)
        policy = next((policy for name, policy in POLICIES.items() if sides[name]), SidePolicy.MOUNT)
        if policy is SidePolicy.MOUNT and panel.switch(SIDE_REPORT)["SIDE_INVERTED"]:
            policy = SidePolicy.MOUNT_INVERTED
        limits, flip = panel.number(LIMITS), panel.number(FLIP_SETTINGS)
        known = panel.switch(FLIP_TIME)["FLIP_KNOWN"]
        return replace(
            self._fixed,
            rule=Rule.THRESHOLD if panel.switch(RULE)["RULE_THRESHOLD"] else Rule.CLEARANCE,
            share=limits["MOVE_SHARE"] / 100.0,
            largest_error_deg=limits["LARGEST_ERROR"],
            lean_margin_m=limits["LEAN_MARGIN"] / 1000.0,
            # Below what the axis can hold, every turn of the loop would ask for a move.
            threshold_deg=max(panel.number(PARAMS)[THRESHOLD], SMALLEST_DEAD_BAND_DEG),
            side_policy=policy,
            flip_hour_angle_deg=flip["FLIP_AT"] * DEG_PER_MIN if known else None,
            flip_late_deg=flip["FLIP_LATEST"] * DEG_PER_MIN,
        )

    def _choose(self, name: str, values: dict[str, Any], choices: str) -> None:
        chosen = next((element for element, on in values.items() if on), None)
        if chosen is None:
            self._refuse(name, f"Choose {choices}.")
            return
        self._panel.set_switch(name, State.OK, on=chosen)
        self._changed()

    def _on_params(self, values: dict[str, Any]) -> None:
        if (
            values.get(THRESHOLD) != self._panel.number(PARAMS)[THRESHOLD]
            and self._panel.switch(RULE)["RULE_CLEARANCE"]
        ):
            self._panel.info(
                "The threshold is kept, but the dome moves by the clearance in the slit: choose the threshold in "
                "Slaving, When to move (SLAVING_RULE), to go by it."
            )
        self._take(PARAMS, values)

    def _take(self, name: str, values: dict[str, Any]) -> None:
        self._panel.set_numbers(name, State.OK, values)
        self._changed()
