"""Child process that reads and fits a table, and prints the result as one line of JSON.

A process of its own, so that the driver neither loads the numerical libraries nor stands still while they work::

    python -m astro.load_abaque FILE --latitude-deg 44.15 --radius-m 1.2
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from astro.abaque import Abaque
from astro.errors import AbaqueError, ModelError
from astro.model_file import to_json


class _UsageError(Exception):
    """Carry what is wrong with the command line to the one place that prints."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise _UsageError(f"{message} ({' '.join(self.format_usage().split())})")


def load(path: str, latitude_deg: float, radius_m: float) -> dict[str, Any]:
    """Read a table and fit a geometry to it.

    Args:
        path: an .xlsx file.
        latitude_deg: latitude of the site, degrees north.
        radius_m: radius of the dome, metres.

    Returns:
        The document that ``LoadedAbaque.from_json`` reads.

    Raises:
        AbaqueError: the file cannot be read.
        ModelError: what it holds cannot be fitted.
    """
    from astro.few_points import fit_table

    abaque = Abaque.load(path)
    return to_json(fit_table(abaque, latitude_deg, radius_m), abaque)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the process.

    Args:
        arguments: the command line without the program's name; ``sys.argv`` if None.

    Returns:
        Exit code: 0, or 1 after a line ``{"error": text}``.
    """
    parser = _Parser(prog="python -m astro.load_abaque", description="Read and fit an abaque; print it as JSON.")
    parser.add_argument("file", help="the table, .xlsx")
    parser.add_argument("--latitude-deg", type=float, required=True, help="latitude of the site, degrees north")
    parser.add_argument("--radius-m", type=float, required=True, help="radius of the dome, metres")
    try:
        options = parser.parse_args(arguments)
        document = load(options.file, options.latitude_deg, options.radius_m)
    except (_UsageError, AbaqueError, ModelError) as error:
        document = {"error": str(error)}
    except Exception as error:  # noqa: BLE001 - the parent reads this line only; a traceback would be lost on it
        document = {"error": f"the table could not be loaded: {type(error).__name__}: {error}"}
    print(json.dumps(document))
    return 1 if "error" in document else 0


if __name__ == "__main__":
    sys.exit(main())
