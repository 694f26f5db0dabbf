"""Run the driver: `python -m indi_dome_driver`."""

import sys

from indi_dome_driver.main import run

sys.exit(run())
