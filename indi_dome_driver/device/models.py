"""Which model of the slit the slaving uses: one that comes from the table, or measurements typed in."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astro.dome_model import DomeModel
from astro.errors import AbaqueError, ModelError
from astro.model_file import LoadedAbaque
from indi_dome_driver.device.measurements import MEASUREMENTS, MeasurementControl
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.vectors import State

MODEL, FILE, ABOUT = "ABAQUE_MODEL", "ABAQUE_FILE", "ABAQUE_INFO"
TYPED = "MODEL_MEASUREMENTS"
KINDS = {
    "MODEL_AUTO": "auto",
    "MODEL_GEOMETRY": "geometry",
    "MODEL_TABLE": "table",
    "MODEL_REFERENCE": "reference",
}
"""The models that come from a table, by their switch."""

Written = tuple[int, int, int] | None


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
        slit_width_m: float,
        changed: Callable[[], None],
        mount_latitude_deg: Callable[[], float],
    ) -> None:
        """Prepare.

        Args:
            panel: the property sheet.
            load: reads and fits tables elsewhere.
            latitude_deg: where tables were measured.
            radius_m: of the dome whose tables they are.
            slit_width_m: of its slit.
            changed: called when another model, or none, is in use.
            mount_latitude_deg: where the telescope's pointing is computed for; typed measurements belong there.
        """
        self._measurements = MeasurementControl(panel, slit_width_m, mount_latitude_deg, self._on_typed)
        self._panel = panel
        self._load = load
        self._latitude_deg = latitude_deg
        self._radius_m = radius_m
        self._changed = changed
        self._abaque: LoadedAbaque | None = None
        self._loading: Path | None = None
        self._path: Path | None = None
        self._written: Written = None
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {
            MODEL: self._on_model,
            FILE: self._on_file,
            MEASUREMENTS: self._measurements.on_command,
        }

    @property
    def model(self) -> DomeModel | None:
        """Give the model chosen, or what stands in for it while there is no table: the measurements."""
        kind = self._kind
        if self._abaque is None or kind is None:
            return self._measurements.model
        try:
            return self._abaque.model(kind)
        except ModelError:  # `missing` says which
            return None

    @property
    def missing(self) -> str:
        """Say what is missing when there is no model."""
        kind = self._kind
        if self._loading is not None:
            return f"the table {self._loading.name} is being read and fitted"
        if kind is None:
            return self._measurements.missing
        if self._abaque is None:
            return "there is neither a table (ABAQUE_FILE) nor a dome radius in DOME_MEASUREMENTS"
        try:
            self._abaque.model(kind)
        except ModelError as error:
            return str(error)
        return ""

    @property
    def _kind(self) -> str | None:
        """Name the model that a person wants from the table; None for measurements."""
        return KINDS.get(self._panel.switch(MODEL).selected or "")

    def start(self, path: Path | None) -> None:
        """Begin to load a table in the background; None forgets the present one."""
        self._abaque = None
        self._path = self._loading = path
        self._written = _written(path)
        self._measurements.withdraw()
        if path is None:
            self._tell("no table", "", State.IDLE)
            return
        self._tell(f"reading {path.name} …", "", State.BUSY)
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
            self._tell(str(error), "", State.ALERT)
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
        self._measurements.show(abaque.geometry)
        self._tell(summary, "; ".join(abaque.findings), State.OK)
        self._panel.info(f"Model: {self._panel.text(ABOUT)['REASON']}.")
        self._panel.announce(FILE, State.OK)

    def _tell(self, summary: str, findings: str, state: State) -> None:
        self._panel.set_texts(ABOUT, {"SUMMARY": summary, "FINDINGS": findings, **self._choice()}, state)

    def _choice(self) -> dict[str, str]:
        """Say in words which model is in use and why."""
        model, kind = self.model, self._kind
        if model is None:
            return {"MODEL": "none", "REASON": self.missing}
        if self._abaque is None or kind is None:
            why = "chosen by hand" if kind is None else "there is no table"
            return {"MODEL": model.name, "REASON": f"measurements typed in: {why}"}
        return {
            "MODEL": f"{model.name} (automatic)" if kind == "auto" else f"{model.name} (chosen by hand)",
            "REASON": self._abaque.why(kind),
        }

    def _on_model(self, values: dict[str, Any]) -> None:
        chosen = next(name for name, on in values.items() if on)
        kind = KINDS.get(chosen)
        if self._abaque is not None and kind is not None:
            try:
                self._abaque.model(kind)
            except ModelError as error:
                self._panel.error(f"Refused: {error}.")
                self._panel.announce(MODEL, State.ALERT)
                return
        self._panel.set_switch(MODEL, State.OK, on=chosen)
        self._panel.set_texts(ABOUT, self._choice())
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
        is_present = path is not None and path == self._path and _written(path) == self._written
        if is_present and (self._abaque is not None or self._loading is not None):
            self._panel.announce(FILE, State.OK)  # KStars restores the settings at every connect
            return
        self._panel.set_texts(FILE, {"FILE": text}, State.BUSY if text else State.OK)
        self.start(path)

    def _on_typed(self) -> None:
        table = self._abaque
        self._panel.set_texts(ABOUT, self._choice())
        if table is not None and self._measurements.typed:
            zero = table.geometry.zero_low_deg
            without = f" They do not hold the zero of the dome that the table shows ({zero:+.1f}°)." if zero else ""
            now = (
                "Slaving goes by them."
                if self._kind is None
                else "Slaving goes by the table until ABAQUE_MODEL says Measurements."
            )
            self._panel.info(f"DOME_MEASUREMENTS are your own now and are kept. {now}{without}")
        elif self._kind is None and self.model is None:
            self._panel.warn(f"Slaving will not move the dome: {self.missing}.")
        self._changed()


def _written(path: Path | None) -> Written:
    """Tell one state of a file from another: what a person has edited is to be read again."""
    try:
        found = None if path is None else path.stat()
    except OSError:
        return None
    return None if found is None else (found.st_ino, found.st_size, found.st_mtime_ns)


def _existing(text: str) -> Path | None:
    """Find the file that a person typed; None also for what no path can be, such as ~nobody or a name too long."""
    try:
        path = Path(text).expanduser()
        return path if path.is_file() else None
    except (OSError, RuntimeError, ValueError):
        return None
