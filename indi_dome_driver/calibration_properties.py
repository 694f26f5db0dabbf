"""The properties that serve to measure a table at the telescope: ours."""

from indi_dome_driver.indi.vectors import State, Vector
from indi_dome_driver.properties import ABAQUE, AT_MOST_ONE, READ_ONLY, number, numbers, switches, texts


def calibration_vectors() -> list[Vector]:
    """List what serves to measure a table at the telescope.

    Returns:
        Fresh vectors in their initial state: nothing recorded.
    """
    return [
        switches(
            "ABAQUE_RECORD",
            "Measure",
            ABAQUE,
            State.IDLE,
            AT_MOST_ONE,
            ("RECORD", "Record: slit is centred"),
            ("UNDO", "Undo the last"),
            ("NEW", "Start afresh"),
        ),
        numbers(
            "ABAQUE_CALIBRATION",
            "Measured so far",
            ABAQUE,
            State.IDLE,
            number("COUNT", "Points", 0, 1e6, 0, 0, "%.f"),
            number("RMS", "Scatter, RMS (mm)", 0, 1e5, 0, 0, "%.f"),
            number("PREDICTED", "Expected error, sky (mm)", 0, 1e5, 0, 0, "%.f"),
            number("WORST", "Expected error, worst (mm)", 0, 1e5, 0, 0, "%.f"),
            permission=READ_ONLY,
        ),
        texts(
            "ABAQUE_NEXT",
            "Measure next",
            ABAQUE,
            READ_ONLY,
            ("NEXT", "Next", "any star a few hours from the meridian"),
            ("THEN", "Then", ""),
            ("DETERMINED", "How well determined", "nothing is measured yet"),
            ("FINDINGS", "Look at", ""),
        ),
        switches(
            "ABAQUE_SAVE",
            "Save the points",
            ABAQUE,
            State.IDLE,
            AT_MOST_ONE,
            ("SAVE", "Save as a table"),
            ("SAVE_AND_USE", "Save and use it"),
        ),
        texts("ABAQUE_SAVED", "Saved as", ABAQUE, READ_ONLY, ("FILE", "File (.xlsx)", "")),
    ]
