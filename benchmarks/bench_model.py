"""What a dome azimuth costs, and the reading and fitting of a table, beside SciPy's interpolation and bare imports."""

import random
from itertools import cycle
from pathlib import Path

from support import PYTHON, ROOT, Row, child_times_ms, environment, show, time_calls, workplace

from astro.abaque import Abaque
from astro.fit import fit
from astro.model_file import LoadedAbaque, to_json
from astro.pier import PierSide
from astro.pointing import Pointing

TABLE = ROOT / "data" / "Loi_coupole.xlsx"
LATITUDE_DEG, RADIUS_M = 44.15, 1.2
CALLS = 2000
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


def one_azimuth(loaded: LoadedAbaque, abaque: Abaque) -> None:
    """Compare single answers, as slaving asks for them."""
    import numpy as np
    from scipy.interpolate import LinearNDInterpolator

    sky = pointings()
    angles = np.radians([point.dome_azimuth_deg for point in abaque.points])
    places = [(point.altitude_deg, point.azimuth_deg) for point in abaque.points]
    peer = LinearNDInterpolator(places, np.column_stack([np.sin(angles), np.cos(angles)]))
    of_peer, of_geometry, of_table = cycle(sky), cycle(sky), cycle(sky)

    def by_scipy() -> float:
        pointing, _ = next(of_peer)
        ((sine, cosine),) = peer([(pointing.altitude_deg, pointing.azimuth_deg)])
        return float(np.degrees(np.arctan2(sine, cosine)))

    rows = [
        Row("SciPy LinearNDInterpolator", time_calls(by_scipy, CALLS // 4)),
        Row("Geometry.dome_azimuth", time_calls(lambda: loaded.geometry.dome_azimuth(*next(of_geometry)), CALLS)),
        Row("MeasuredTable.dome_azimuth", time_calls(lambda: loaded.table.dome_azimuth(*next(of_table)), CALLS)),
    ]
    show("One dome azimuth", "us", rows, peer=0)


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
    one_azimuth(loaded, abaque)
    rows = [
        Row("read the spreadsheet", [us / 1e3 for us in time_calls(lambda: Abaque.load(TABLE), 1)]),
        Row("fit the geometry", [us / 1e3 for us in time_calls(lambda: fit(abaque, LATITUDE_DEG, RADIUS_M), 1)]),
        Row(
            "rebuild both models in the driver",
            [us / 1e3 for us in time_calls(lambda: LoadedAbaque.from_json(document), 1)],
        ),
    ]
    show("Parts, in one process", "ms", rows, peer=0)
    with workplace() as folder:
        loading(folder)


if __name__ == "__main__":
    main()
