"""Measuring a table at the telescope, as INDI shows it: record a point, see what it is worth, save the table."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

from astro.calibration import Calibration, CalibrationPoint
from astro.calibration_moment import NotNowError, SilentMountError
from astro.calibration_report import LEAST_POINTS, CalibrationReport
from astro.calibration_request import calibration_request
from astro.errors import ModelError
from indi_dome_driver.calibration_record import CalibrationRecord, Mark, Recorded, RecordError
from indi_dome_driver.device.panel import Panel
from indi_dome_driver.indi.vectors import State

RECORD, FIGURES, NEXT = "ABAQUE_RECORD", "ABAQUE_CALIBRATION", "ABAQUE_NEXT"
SAVE, SAVED = "ABAQUE_SAVE", "ABAQUE_SAVED"
LOOK_S = 2.0
"""So often the record is looked at: the shell may have written to it."""
PATIENCE_S = 4.0
"""How long a mount that said nothing of late is given to answer."""

Answer = dict[str, Any]
Fitter = Callable[[Answer, Callable[[Answer], None]], None]
"""Starts to fit a calibration elsewhere, and hands over the JSON answer ({"error": text} on failure) when done."""


class CalibrationControl:
    """Carries out the commands of a calibration.

    Args:
        panel: the property sheet.
        record: where every point is kept.
        fit: fits elsewhere: the numerical libraries stay out of this process.
        measure: takes a point from what mount and dome say now; raises NotNowError.
        ask_mount: asks the mount to repeat its position.
        use: slaves by a table from now on.
        resting: tells whether the dome stands, so that the disk may be waited for.
        place: latitude of the site, degrees, and radius of the dome, metres.
        wall_clock: Unix seconds.
    """

    def __init__(
        self,
        panel: Panel,
        record: CalibrationRecord,
        fit: Fitter,
        measure: Callable[[float], CalibrationPoint],
        ask_mount: Callable[[], None],
        use: Callable[[Path], None],
        resting: Callable[[], bool],
        place: tuple[float, float],
        wall_clock: Callable[[], float],
    ) -> None:
        self._panel = panel
        self._record = record
        self._fit = fit
        self._measure = measure
        self._ask_mount = ask_mount
        self._use = use
        self._resting = resting
        self._place = place
        self._wall_clock = wall_clock
        self._calibration = Calibration()
        self._fitted: tuple[CalibrationPoint, ...] | None = None
        self._told: set[str] = set()
        self._waits_since_s: float | None = None
        self._mark: Mark = None
        self._looked_s: float | None = None
        self._connected = True
        self.handlers: dict[str, Callable[[dict[str, Any]], None]] = {RECORD: self._on_record, SAVE: self._on_save}

    def start(self) -> None:
        """Take up what is on record; a calibration goes on after a restart."""
        try:
            recorded = self._record.load()
        except RecordError as error:
            self._mark = self._record.mark
            self._panel.warn(f"Calibration: {error}.")
            return
        self._take(recorded)
        if self._calibration.count:
            self._panel.info(f"Calibration: {self._calibration.count} points are on record ({self._record.path}).")
            self._refit()

    def settle(self, now_s: float) -> None:
        """Carry on with a command that waits for the mount's word, and see what others have recorded.

        Args:
            now_s: Unix seconds.
        """
        if self._waits_since_s is None:
            if self._looked_s is None or not 0.0 <= now_s - self._looked_s < LOOK_S:
                self._looked_s = now_s
                if self._resting():
                    self._catch_up()
            return
        waited_s = now_s - self._waits_since_s
        self._record_now(now_s, patient=0.0 <= waited_s < PATIENCE_S)

    def _catch_up(self) -> None:
        """Take in what another program has recorded meanwhile; a record that cannot be read is as it was."""
        mark = self._record.mark
        if mark == self._mark:
            return
        before = self._calibration.points
        try:
            self._take(self._record.load())
        except RecordError as error:
            self._mark = mark
            self._panel.warn(f"Calibration: {error}.")
            return
        if self._calibration.points != before:
            self._panel.info(
                f"Calibration: another program has written to the record: {self._calibration.count} points count."
            )
            self._refit()

    def give_up(self, why: str) -> None:
        """End a command that waits for the mount's word.

        Args:
            why: for people.
        """
        if self._waits_since_s is not None:
            self._refuse(RECORD, f"Nothing is recorded: {why}.")

    def forget(self) -> None:
        """Take no more answers: the device is being disconnected."""
        self._connected = False

    def _on_record(self, values: dict[str, Any]) -> None:
        now_s = self._wall_clock()
        if values.get("RECORD"):
            self._record_now(now_s, patient=True)
        elif values.get("UNDO"):
            self._undo(now_s)
        elif values.get("NEW"):
            self._start_afresh(now_s)
        else:
            self._panel.set_switch(RECORD, State.OK, on=None)

    def _record_now(self, now_s: float, *, patient: bool) -> None:
        try:
            point = self._measure(now_s)
        except SilentMountError as silence:
            if not patient:
                self._refuse(RECORD, f"Nothing is recorded: {silence}.")
            elif self._waits_since_s is None:
                self._waits_since_s = now_s
                self._panel.set_switch(RECORD, State.BUSY, on="RECORD")
                self._ask_mount()
            return
        except NotNowError as reason:
            self._refuse(RECORD, f"Nothing is recorded: {reason}.")
            return
        self._waits_since_s = None
        if self._calibration.repeats(point):
            self._panel.info(f"Point {self._calibration.count} is recorded already: a double click is one point.")
            self._panel.set_switch(RECORD, State.OK, on=None)
            return
        try:
            self._take(self._record.add(point))
        except RecordError as error:
            self._refuse(RECORD, f"{error}.")
            return
        self._panel.set_switch(RECORD, State.OK, on=None)
        self._panel.info(
            f"Point {self._calibration.count} recorded: altitude {point.altitude_deg:.1f}°, azimuth "
            f"{point.azimuth_deg:.1f}°, tube {point.side.label} (from {point.side_source}), dome "
            f"{point.dome_azimuth_deg:.1f}°."
        )
        self._refit()

    def _undo(self, now_s: float) -> None:
        self._waits_since_s = None
        try:
            recorded = self._record.undo(now_s, sync=self._resting())
        except RecordError as error:
            self._refuse(RECORD, f"{error}.")
            return
        self._take(recorded)
        undone = recorded.undone
        if undone is None:
            self._refuse(RECORD, "There is nothing to undo: no point is recorded.")
            return
        what = "The fresh start"
        if undone.point is not None:
            point = undone.point
            what = f"The point at altitude {point.altitude_deg:.1f}°, azimuth {point.azimuth_deg:.1f}°"
        self._panel.set_switch(RECORD, State.OK, on=None)
        self._panel.info(f"{what} is taken back: {self._calibration.count} points count.")
        self._refit()

    def _start_afresh(self, now_s: float) -> None:
        self._waits_since_s = None
        before = self._calibration.count
        try:
            self._take(self._record.start_afresh(now_s, sync=self._resting()))
        except RecordError as error:
            self._refuse(RECORD, f"{error}.")
            return
        self._panel.set_switch(RECORD, State.OK, on=None)
        self._panel.info(
            f"A new calibration begins; the {before} points until now stay on record (Undo brings them back)."
        )
        self._refit()

    def _take(self, recorded: Recorded) -> None:
        self._calibration, self._mark = recorded.calibration, recorded.mark
        for complaint in recorded.complaints:
            if complaint not in self._told:
                self._told.add(complaint)
                self._panel.warn(f"Calibration: {complaint}.")

    def _refit(self) -> None:
        """Have the points fitted, unless that is going on already: then it is done again at its end."""
        self._panel.set_numbers(FIGURES, State.BUSY, {"COUNT": self._calibration.count})
        if self._fitted is not None:
            return
        points = self._fitted = self._calibration.points
        self._fit(calibration_request(points, *self._place), self._on_fitted)

    def _on_fitted(self, answer: Answer) -> None:
        points, self._fitted = self._fitted, None
        if not self._connected:
            return
        if points != self._calibration.points:
            self._refit()
            return
        try:
            report = CalibrationReport.from_json(answer)
        except ModelError as error:
            self._panel.error(f"The points cannot be fitted: {error}")
            self._panel.set_texts(NEXT, {"DETERMINED": str(error)}, State.ALERT)
            self._panel.set_numbers(FIGURES, State.ALERT)
            return
        self._show(report)

    def _show(self, report: CalibrationReport) -> None:
        words = [each.words for each in report.proposals]
        for finding in report.findings:
            if finding not in self._told:
                self._told.add(finding)
                self._panel.warn(f"Calibration: {finding}.")
        state = State.ALERT if report.findings else State.OK
        self._panel.set_texts(
            NEXT,
            {
                "NEXT": words[0] if words else "",
                "THEN": "; ".join(words[1:]),
                "DETERMINED": report.verdict,
                "FINDINGS": "; ".join(report.findings),
            },
            state,
        )
        figures = {"RMS": report.rms_mm, "PREDICTED": report.predicted_rms_mm, "WORST": report.worst_mm}
        if not report.count:
            figures = dict.fromkeys(figures, 0.0)  # what nobody measured has no error yet
        rounded = {name: round(value, 1) for name, value in figures.items()}
        self._panel.set_numbers(FIGURES, State.OK, rounded)

    def _on_save(self, values: dict[str, Any]) -> None:
        wanted = next((name for name, on in values.items() if on), None)
        if self._panel.vectors[SAVE].state is State.BUSY:
            self._panel.announce(SAVE)  # the one under way answers for both
            return
        if wanted is None:
            self._panel.set_switch(SAVE, State.OK, on=None)
            return
        self._catch_up()
        needed = LEAST_POINTS if wanted == "SAVE_AND_USE" else 1
        points = self._calibration.points
        if len(points) < needed:
            self._refuse(SAVE, f"Nothing is saved: {len(points)} points are recorded, at least {needed} are needed.")
            return
        self._panel.set_switch(SAVE, State.BUSY, on=wanted)
        use = wanted == "SAVE_AND_USE"
        self._fit(calibration_request(points, *self._place, table=True), lambda answer: self._on_table(answer, use=use))

    def _on_table(self, answer: Answer, *, use: bool) -> None:
        if not self._connected:
            return
        try:
            report = CalibrationReport.from_json(answer)
            content = base64.b64decode(str(answer["table"]), validate=True)
            path = self._record.save_table(content, self._wall_clock(), sync=self._resting())
        except (ModelError, RecordError, KeyError, ValueError) as error:
            self._refuse(SAVE, f"The table is not saved: {error}")
            return
        kept = report.count - len(report.outliers)
        left_out = f" ({len(report.outliers)} that contradict the others are left out)" if report.outliers else ""
        self._panel.set_texts(SAVED, {"FILE": str(path)}, State.OK)
        self._panel.set_switch(SAVE, State.OK, on=None)
        self._panel.info(f"{kept} points are saved as a table{left_out}: {path}.")
        if use:
            self._use(path)

    def _refuse(self, name: str, why: str) -> None:
        """Answer a command that cannot be carried out."""
        if name == RECORD:
            self._waits_since_s = None
        self._panel.error(why)
        self._panel.set_switch(name, State.ALERT, on=None)
