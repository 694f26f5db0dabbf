"""What the tests of the night simulator share."""

import numpy as np
import pytest

from benchmarks.nightsim.models import MEASURED_TABLE
from benchmarks.nightsim.observatory import Drive
from benchmarks.nightsim.sky import Track

needs_measured = pytest.mark.skipif(
    not MEASURED_TABLE.exists(), reason=f"the measured table is not here ({MEASURED_TABLE})"
)
RATE_DEG_S = 40.0 / 60.0
PERFECT = Drive(ramp_s=0.001, backlash_deg=0.0, tolerance_deg=0.0, encoder_error_deg=0.0)
"""What the independent figures were found with: neither ramps nor play nor errors."""


def around_flip(track: Track, before_s: float, after_s: float) -> Track:
    """Cut a track to a stretch around the meridian and give it a value per second."""
    middle_s = float(np.interp(0.0, track.hour_angle_deg, track.times_s))
    times_s = np.arange(middle_s - before_s, middle_s + after_s)
    turned = np.degrees(np.unwrap(np.radians(track.azimuth_deg)))
    columns = (track.ra_h, track.dec_deg, track.hour_angle_deg, track.altitude_deg, turned)
    ra_h, dec, hour, altitude, azimuth = (np.interp(times_s, track.times_s, column) for column in columns)
    return Track(times_s, ra_h, dec, hour, altitude, azimuth % 360.0)
