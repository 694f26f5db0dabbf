"""Which model of the slit the slaving uses: the fitted geometry, the table itself, or measurements typed in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astro.dome_model import DomeModel
from astro.errors import AbaqueError, ModelError
from astro.geometry import Geometry
from astro.model_file import LoadedAbaque
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.vectors import State

MODEL, FILE, ABOUT, MEASUREMENTS = "ABAQUE_MODEL", "ABAQUE_FILE", "ABAQUE_INFO", "DOME_MEASUREMENTS"


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What the loading process is asked to do."""

    path: Path
    latitude_deg: float
    radius_m: float


Answer = dict[str, Any]
Loader = Callable[[LoadRequest, Callable[[Answer], None]], None]
"""Starts to load and fit a table elsewhere, and hands over the JSON answer ({"error": text} on failure) when done.

Elsewhere, because reading and fitting take a second of CPU and 100 MB that the motion loop must not share.
"""


class ModelControl:
    """Keeps the models and shows which one is in use."""

    def __init__(
        self,
        panel: Panel,
        load: Loader,
        latitude_deg: float,
        radius_m: float,
        changed: Callable[[], None],
        mount_latitude_deg: Callable[[], float],
    ) -> None:
        """Prepare.

        Args:
            panel: the property sheet.
            load: reads and fits tables elsewhere.
            latitude_deg: where tables were measured.
            radius_m: of the dome whose tables they are.
            changed: called when another model, or none, is in use.
            mount_latitude_deg: where the telescope's pointing is computed for; typed measurements belong there.
        """
        self._mount_latitude_deg = mount_latitude_deg
        self._panel = panel
        self._load = load
        self._latitude_deg = latitude_deg
        self._radius_m = radius_m
        self._changed = changed
        self._abaque: LoadedAbaque | None = None
        self._loading: Path | None = None
        self._path: Path | None = None
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            MODEL: self._on_model,
            FILE: self._on_file,
            MEASUREMENTS: self._on_measurements,
        }

    @property
    def model(self) -> DomeModel | None:
        """Give the model chosen, or what stands in for it while there is no table: the measurements."""
        chosen = self._panel.switch(MODEL)
        if self._abaque is not None and chosen["MODEL_TABLE"]:
            return self._abaque.table
        if self._abaque is not None and chosen["MODEL_GEOMETRY"]:
            return self._abaque.geometry
        return self._measured()

    @property
    def missing(self) -> str:
        """Say what is missing when there is no model."""
        if self._loading is not None:
            return f"the table {self._loading.name} is being read and fitted"
        if self._panel.switch(MODEL)["MODEL_MEASUREMENTS"]:
            return "DOME_MEASUREMENTS are all 0: type in the dome's radius and offsets, or choose another ABAQUE_MODEL"
        return "there is neither a table (ABAQUE_FILE) nor a dome radius in DOME_MEASUREMENTS"

    def start(self, path: Path | None) -> None:
        """Begin to load a table in the background; None forgets the present one."""
        self._abaque = None
        self._path = self._loading = path
        if path is None:
            self._panel.set_texts(ABOUT, {"SUMMARY": "no table", "FINDINGS": ""}, State.IDLE)
            return
        self._panel.set_texts(ABOUT, {"SUMMARY": f"reading {path.name} …", "FINDINGS": ""}, State.BUSY)
        self._load(LoadRequest(path, self._latitude_deg, self._radius_m), lambda answer: self._loaded(path, answer))

    def forget(self) -> None:
        """Take no more answers: the device is being disconnected."""
        self._loading = None

    def _loaded(self, path: Path, answer: Answer) -> None:
        if path != self._loading or ABOUT not in self._panel.vectors:
            return  # another file was asked for meanwhile, or the driver was disconnected
        self._loading = None
        try:
            self._abaque = LoadedAbaque.from_json(answer)
        except (AbaqueError, ModelError) as error:
            self._panel.error(f"The table is not used: {error}")
            self._panel.set_texts(ABOUT, {"SUMMARY": str(error), "FINDINGS": ""}, State.ALERT)
            self._panel.announce(FILE, State.ALERT)
        else:
            self._show(path.name, self._abaque)
        self._changed()

    def _show(self, name: str, abaque: LoadedAbaque) -> None:
        figures = abaque.figures
        summary = (
            f"{name}: {figures['points']:.0f} points; the fitted dome is within {figures['lateral_rms_mm']:.0f} mm RMS "
            f"of them at the slit ({figures['lateral_max_mm']:.0f} mm at worst)"
        )
        self._panel.info(f"Table {summary}.")
        for finding in abaque.findings:
            self._panel.warn(f"Table {name}: {finding}")
        self._panel.set_texts(ABOUT, {"SUMMARY": summary, "FINDINGS": "; ".join(abaque.findings)}, State.OK)
        self._panel.announce(FILE, State.OK)

    def _measured(self) -> Geometry | None:
        numbers = self._panel.number(MEASUREMENTS)
        if numbers["DM_DOME_RADIUS"] <= 0.0:
            return None
        return Geometry(
            radius_m=numbers["DM_DOME_RADIUS"],
            east_m=numbers["DM_EAST_DISPLACEMENT"],
            north_m=numbers["DM_NORTH_DISPLACEMENT"],
            up_m=numbers["DM_UP_DISPLACEMENT"],
            tube_offset_m=numbers["DM_OTA_OFFSET"],
            latitude_deg=self._mount_latitude_deg(),
            name="measurements",
        )

    def _on_model(self, values: dict[str, Any]) -> None:
        chosen = next(name for name, on in values.items() if on)
        self._panel.set_switch(MODEL, State.OK, on=chosen)
        if self.model is None:
            self._panel.warn(f"Slaving will not move the dome: {self.missing}.")
        self._changed()

    def _on_file(self, values: dict[str, Any]) -> None:
        text = str(values.get("FILE", "")).strip()
        path = _existing(text) if text else None
        if text and path is None:
            self._panel.error(f"There is no file {text} that the driver could read, on the computer where it runs.")
            self._panel.announce(FILE, State.ALERT)
            return
        if path is not None and path == self._path and (self._abaque is not None or self._loading is not None):
            self._panel.announce(FILE, State.OK)  # KStars restores the settings at every connect
            return
        self._panel.set_texts(FILE, {"FILE": text}, State.BUSY if text else State.OK)
        self.start(path)

    def _on_measurements(self, values: dict[str, Any]) -> None:
        self._panel.set_numbers(MEASUREMENTS, State.OK, values)
        if self._abaque is not None and not self._panel.switch(MODEL)["MODEL_MEASUREMENTS"]:
            self._panel.info("Measurements are kept; slaving goes by the table until ABAQUE_MODEL says Measurements.")
        self._changed()


def _existing(text: str) -> Path | None:
    """Find the file that a person typed; None also for what no path can be, such as ~nobody or a name too long."""
    try:
        path = Path(text).expanduser()
        return path if path.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None
