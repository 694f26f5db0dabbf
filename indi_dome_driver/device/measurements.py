"""DOME_MEASUREMENTS: the lengths of the dome, shown from the fit or typed in by a person, never one for the other."""

from collections.abc import Callable
from typing import Any

from astro.errors import ModelError
from astro.geometry import Geometry
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.vectors import State

MEASUREMENTS = "DOME_MEASUREMENTS"
RADIUS = "DM_DOME_RADIUS"
SHOWN_DECIMALS = 3
SAME_M = 0.0051
"""Clients display centimetres, as of any INDI dome, and send back what they display."""


class MeasurementControl:
    """Tells what a person typed from what only shows the fit.

    Shown values are marked as derived in the vector: they are no model, and they are never saved. The shown values sent
    back give the property over to the table again; so do zeros, which then stand until a table is read.

    Args:
        panel: the property sheet.
        slit_width_m: of the configuration, shown beside the fitted lengths.
        mount_latitude_deg: where the telescope's pointing is computed for; typed measurements belong there.
        changed: called when a person has typed something.
    """

    def __init__(
        self,
        panel: Panel,
        slit_width_m: float,
        mount_latitude_deg: Callable[[], float],
        changed: Callable[[], None],
    ) -> None:
        self._panel = panel
        self._slit_width_m = slit_width_m
        self._mount_latitude_deg = mount_latitude_deg
        self._changed = changed
        self._fitted: Geometry | None = None

    @property
    def typed(self) -> bool:
        """Tell whether the values are a person's own."""
        vector = self._panel.number(MEASUREMENTS)
        return not vector.derived and vector[RADIUS] > 0.0

    @property
    def model(self) -> Geometry | None:
        """Give the geometry that a person typed in, None where that is none."""
        if not self.typed:
            return None
        try:
            return self._geometry(self._panel.number(MEASUREMENTS).values())
        except ModelError:  # refused when typed; may still come from a file of settings
            return None

    @property
    def missing(self) -> str:
        """Say why there is no model."""
        if self._panel.number(MEASUREMENTS).derived:
            return (
                "DOME_MEASUREMENTS shows the geometry fitted to the table, nothing is typed in: type in your own "
                "lengths, or choose another ABAQUE_MODEL"
            )
        try:
            self._geometry(self._panel.number(MEASUREMENTS).values())
        except ModelError as error:
            if self.typed:
                return f"DOME_MEASUREMENTS cannot be used: {error}"
        return "DOME_MEASUREMENTS are all 0: type in the dome's radius and offsets, or choose another ABAQUE_MODEL"

    def show(self, fitted: Geometry) -> None:
        """Show a fitted geometry, unless a person has typed in something.

        Args:
            fitted: to the table that has just been read.
        """
        self._fitted = fitted
        if self.typed:
            self._panel.info("DOME_MEASUREMENTS keeps what was typed in (all 0 there shows the fit at the next start).")
        else:
            self._show(State.OK)

    def withdraw(self) -> None:
        """Take back what was shown: its table is no longer in use."""
        self._fitted = None
        vector = self._panel.number(MEASUREMENTS)
        if vector.derived:
            vector.derived = False
            self._panel.set_numbers(MEASUREMENTS, State.OK, dict.fromkeys(vector, 0.0))

    def on_command(self, values: dict[str, Any]) -> None:
        """Take what a person typed in."""
        vector = self._panel.number(MEASUREMENTS)
        wanted = {**vector.values(), **values}
        if self._fitted is not None and self._repeats(wanted):
            self._show(State.OK)
            self._panel.info("DOME_MEASUREMENTS shows the geometry fitted to the table; nothing is typed in.")
            self._changed()
            return
        try:
            if wanted[RADIUS] > 0.0:
                self._geometry(wanted)
        except ModelError as error:
            self._panel.error(f"Refused: {error}.")
            self._panel.announce(MEASUREMENTS, State.ALERT)
            return
        vector.derived = False
        self._panel.set_numbers(MEASUREMENTS, State.OK, values)
        self._changed()

    def _show(self, state: State) -> None:
        assert self._fitted is not None  # noqa: S101 - asked for by show and on_command only
        self._panel.number(MEASUREMENTS).derived = True
        self._panel.set_numbers(MEASUREMENTS, state, self._shown(self._fitted))

    def _shown(self, fitted: Geometry) -> dict[str, float]:
        lengths = {
            RADIUS: fitted.radius_m,
            "DM_SHUTTER_WIDTH": self._slit_width_m,
            "DM_NORTH_DISPLACEMENT": fitted.north_m,
            "DM_EAST_DISPLACEMENT": fitted.east_m,
            "DM_UP_DISPLACEMENT": fitted.up_m,
            "DM_OTA_OFFSET": fitted.tube_offset_m,
        }
        return {name: round(length, SHOWN_DECIMALS) + 0.0 for name, length in lengths.items()}

    def _repeats(self, wanted: dict[str, float]) -> bool:
        """Tell whether values are but the shown ones, as a client sends them when a person only presses Set."""
        assert self._fitted is not None  # noqa: S101 - as above
        return all(abs(wanted[name] - shown) <= SAME_M for name, shown in self._shown(self._fitted).items())

    def _geometry(self, numbers: dict[str, float]) -> Geometry:
        radius_m, offset_m = numbers[RADIUS], numbers["DM_OTA_OFFSET"]
        if abs(offset_m) >= radius_m > 0.0:
            raise ModelError(
                f"a tube offset of {offset_m:g} m leads out of a dome of radius {radius_m:g} m (all lengths in metres)"
            )
        return Geometry(
            radius_m=numbers[RADIUS],
            east_m=numbers["DM_EAST_DISPLACEMENT"],
            north_m=numbers["DM_NORTH_DISPLACEMENT"],
            up_m=numbers["DM_UP_DISPLACEMENT"],
            tube_offset_m=numbers["DM_OTA_OFFSET"],
            latitude_deg=self._mount_latitude_deg(),
            name="measurements",
        )
