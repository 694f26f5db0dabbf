"""What dome azimuths cost, one and a night of them, and a table's reading and fitting, beside SciPy and bare imports.

INDI_DOME_MEASURED_TABLE=FILE also times the fit of a table that was measured.
"""

import os
import random
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from support import PYTHON, ROOT, Row, child_times_ms, environment, show, time_calls, workplace

from astro.abaque import Abaque
from astro.fit import fit
from astro.model_file import LoadedAbaque, to_json
from astro.pier import PierSide
from astro.pointing import Pointing

TABLE = ROOT / "data" / "Loi_coupole.xlsx"
LATITUDE_DEG, RADIUS_M = 44.15, 1.2
CALLS = 2000
NIGHT_S = 86_400
LOADS = 7


def pointings() -> list[tuple[Pointing, PierSide]]:
    """Scatter pointings over the measured sky, on the side a mount would use."""
    chance = random.Random(1)
    result = []
    for _ in range(CALLS):
        azimuth_deg = chance.uniform(0.0, 360.0)
        side = PierSide.WEST if azimuth_deg < 180.0 else PierSide.EAST
        result.append((Pointing(chance.uniform(31.0, 79.0), azimuth_deg), side))
    return result


def peers(loaded: LoadedAbaque) -> tuple[Any, Any]:
    """Build what people use for tables: SciPy on the grid, and on scattered points, of sine and cosine.

    A grid cannot tell the sides of the pier apart: this one holds what the table says, filled where a cell is missing.
    """
    import numpy as np
    from scipy.interpolate import LinearNDInterpolator, RegularGridInterpolator

    nodes = {(node.altitude_deg, node.azimuth_deg): node for node in loaded.nodes}
    altitudes, azimuths = (sorted({place[axis] for place in nodes}) for axis in (0, 1))

    def dome_deg(altitude_deg: float, azimuth_deg: float) -> float:
        node = nodes.get((altitude_deg, azimuth_deg))
        side = PierSide.WEST if azimuth_deg <= 180.0 else PierSide.EAST
        return (
            node.dome_azimuth_deg if node else loaded.geometry.dome_azimuth(Pointing(altitude_deg, azimuth_deg), side)
        )

    grid = np.radians([[dome_deg(altitude, azimuth) for azimuth in azimuths] for altitude in altitudes])
    angles = np.radians([node.dome_azimuth_deg for node in loaded.nodes])
    parts = np.stack([np.sin(grid), np.cos(grid)], axis=-1)
    regular = RegularGridInterpolator((altitudes, azimuths), parts, bounds_error=False, fill_value=None)
    scattered = LinearNDInterpolator(list(nodes), np.column_stack([np.sin(angles), np.cos(angles)]))
    return regular, scattered


def one_azimuth(loaded: LoadedAbaque) -> None:
    """Compare single answers, as slaving asks for them."""
    import numpy as np

    sky = pointings()
    regular, scattered = peers(loaded)

    def by_scipy(peer: Any) -> Callable[[], float]:
        ahead = cycle(sky)

        def ask() -> float:
            pointing, _ = next(ahead)
            ((sine, cosine),) = peer([(pointing.altitude_deg, pointing.azimuth_deg)])
            return float(np.degrees(np.arctan2(sine, cosine)))

        return ask

    def ours(answer: Callable[[Pointing, PierSide], object]) -> Callable[[], object]:
        ahead = cycle(sky)
        return lambda: answer(*next(ahead))

    rows = [
        Row("SciPy RegularGridInterpolator", time_calls(by_scipy(regular), CALLS // 8)),
        Row("SciPy LinearNDInterpolator", time_calls(by_scipy(scattered), CALLS // 4)),
        Row("Geometry.dome_azimuth", time_calls(ours(loaded.geometry.dome_azimuth), CALLS)),
        Row("Geometry.slit (azimuth and radius)", time_calls(ours(loaded.geometry.slit), CALLS)),
        Row("MeasuredTable.dome_azimuth", time_calls(ours(loaded.table.dome_azimuth), CALLS)),
    ]
    show("One dome azimuth", "us", rows, peer=0)


def a_night(loaded: LoadedAbaque) -> None:
    """Compare a day of seconds at once: an object that is followed from one lower culmination to the next."""
    import numpy as np

    from astro.geometry_array import horizontal, slits

    hour_angle_deg = np.linspace(-180.0, 180.0, NIGHT_S, endpoint=False)
    sides = np.where(hour_angle_deg < 0.0, 1, -1)
    altitude_deg, azimuth_deg = horizontal(hour_angle_deg, 30.0, LATITUDE_DEG)
    places = np.column_stack([altitude_deg, azimuth_deg])
    regular, _ = peers(loaded)

    def by_scipy() -> object:
        sine, cosine = regular(places).T
        return np.degrees(np.arctan2(sine, cosine))

    def whole() -> object:
        altitude, azimuth = horizontal(hour_angle_deg, 30.0, LATITUDE_DEG)
        return slits(loaded.geometry, altitude, azimuth, sides, hour_angle_deg)

    rows = [
        Row("SciPy RegularGridInterpolator", [us / 1e3 for us in time_calls(by_scipy, 1)]),
        Row(
            "slits",
            [us / 1e3 for us in time_calls(lambda: slits(loaded.geometry, altitude_deg, azimuth_deg, sides), 1)],
        ),
        Row("hour angle to altitude, azimuth, slits", [us / 1e3 for us in time_calls(whole, 1)]),
    ]
    show(f"{NIGHT_S} dome azimuths at once", "ms", rows, peer=0)


def loading(folder: Path) -> None:
    """Time the child process that the driver starts, beside one that only imports what it needs."""
    env = environment(folder)
    cases = {
        "import openpyxl and scipy.optimize": [PYTHON, "-c", "import openpyxl, scipy.optimize"],
        "astro.load_abaque, whole process": [
            *(PYTHON, "-m", "astro.load_abaque", str(TABLE)),
            *("--latitude-deg", str(LATITUDE_DEG), "--radius-m", str(RADIUS_M)),
        ],
    }
    for command in cases.values():
        child_times_ms(command, env)
    runs = [[child_times_ms(command, env) for command in cases.values()] for _ in range(LOADS)]
    for which, title in ((1, "from start to end"), (0, "CPU")):
        rows = [Row(label, [run[at][which] / 1000.0 for run in runs]) for at, label in enumerate(cases)]
        show(f"The process that reads and fits: {title}", "s", rows, peer=0)


def main() -> None:
    """Read and fit here, ask for azimuths, then look at the child process."""
    abaque = Abaque.load(TABLE)
    report = fit(abaque, LATITUDE_DEG, RADIUS_M)
    document = to_json(report, abaque)
    loaded = LoadedAbaque.from_json(document)
    print(f"{TABLE.name}: {len(abaque.points)} measurements")
    one_azimuth(loaded)
    a_night(loaded)
    rows = [
        Row("read the spreadsheet", [us / 1e3 for us in time_calls(lambda: Abaque.load(TABLE), 1)]),
        Row("fit the geometry", [us / 1e3 for us in time_calls(lambda: fit(abaque, LATITUDE_DEG, RADIUS_M), 1)]),
        Row(
            "rebuild both models in the driver",
            [us / 1e3 for us in time_calls(lambda: LoadedAbaque.from_json(document), 1)],
        ),
    ]
    measured = os.environ.get("INDI_DOME_MEASURED_TABLE")
    if measured:
        theirs = Abaque.load(measured)
        times = [us / 1e3 for us in time_calls(lambda: fit(theirs, LATITUDE_DEG, RADIUS_M), 1)]
        rows.append(Row(f"fit the measured table ({len(theirs.points)} points)", times))
    show("Parts, in one process", "ms", rows, peer=0)
    with workplace() as folder:
        loading(folder)


if __name__ == "__main__":
    main()
