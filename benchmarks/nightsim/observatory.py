"""The observatory of every simulated night: where it stands, how it is built, how its dome moves."""

from dataclasses import dataclass

from astro.geometry import Geometry
from astro.mount_report import Site

SITE = Site(44.15, 5.23)
TRUTH = Geometry(1.2, 0.005, 0.070, -0.138, 0.410, SITE.latitude_deg, -0.88, -6.41, 70.0, 72.5, name="truth")
"""The dome that the measured table tells of (abaque-science, section 2, geometry with a zero that passes over)."""


@dataclass(frozen=True, slots=True)
class Opening:
    """What the beam has to pass."""

    slit_m: float = 0.60
    """Width of the slit, metres."""
    tube_m: float = 0.25
    """Diameter of the beam, metres."""
    past_zenith_m: float = 0.30
    """How far the slit reaches past the top of the dome, metres."""

    @property
    def clearance_m(self) -> float:
        """Give the free play to either side, metres."""
        return max(0.0, (self.slit_m - self.tube_m) / 2.0)


@dataclass(frozen=True, slots=True)
class Drive:
    """How the dome turns; as the delivered configuration drives it."""

    rate_deg_s: float = 40.0 / 60.0
    """Full speed, degrees per second."""
    ramp_s: float = 0.96
    """From rest to full speed, seconds."""
    backlash_deg: float = 0.15
    """Motor travel that is lost at each reversal, degrees."""
    tolerance_deg: float = 0.05
    """A move ends anywhere within this of its target, degrees."""
    encoder_error_deg: float = 0.1
    """By how much the reading is wrong at worst, once around the dome (an eccentric wheel), degrees."""
    retargetable: bool = True
    """A move under way takes a new target; else it goes on and the command is lost."""
