"""The night itself: second by second the mount speaks, the policy decides, the dome turns; then the beam is traced."""

from dataclasses import dataclass, field

import numpy as np

from astro.geometry import Geometry
from astro.mount_report import Site
from astro.pier import PierSide
from astro.pointing import Pointing
from benchmarks.nightsim.beam import Beam, trace
from benchmarks.nightsim.dome import SimulatedDome
from benchmarks.nightsim.flip_bound import FlipBound, flip_bound
from benchmarks.nightsim.metrics import Figures, measure
from benchmarks.nightsim.mount import FlipPlan, SimulatedMount
from benchmarks.nightsim.observatory import SITE, TRUTH, Drive, Opening
from benchmarks.nightsim.policies import Policy
from benchmarks.nightsim.sky import Array, Track


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything but the target and the policy."""

    opening: Opening = field(default_factory=Opening)
    drive: Drive = field(default_factory=Drive)
    flip: FlipPlan = field(default_factory=FlipPlan)
    step_s: float = 1.0
    truth: Geometry = TRUTH
    site: Site = SITE


@dataclass(frozen=True, slots=True)
class Night:
    """One night, and what it came to."""

    track: Track
    mount: SimulatedMount
    beam: Beam
    dome_deg: Array
    """Where the dome was, degrees, one value per step."""
    bound: FlipBound | None
    figures: Figures


class Sky:
    """What is the same for every policy of one night: the mount, the beam, the least loss.

    Args:
        track: the target.
        scenario: observatory and flip.
    """

    def __init__(self, track: Track, scenario: Scenario) -> None:
        self.track, self.scenario = track, scenario
        self.mount = SimulatedMount(track, scenario.flip, scenario.site)
        self.beam = trace(
            scenario.truth,
            track.altitude_deg,
            track.azimuth_deg,
            track.hour_angle_deg,
            self.mount.side,
            scenario.opening.tube_m,
        )
        self.bound: FlipBound | None = None
        at = self.mount.flip_at
        if at is not None:
            place = Pointing(
                float(track.altitude_deg[at]), float(track.azimuth_deg[at]), float(track.hour_angle_deg[at])
            )
            self.bound = flip_bound(
                scenario.truth,
                place,
                scenario.opening.clearance_m,
                scenario.drive.rate_deg_s,
                scenario.flip.lasts_s,
            )


def run(sky: Sky, policy: Policy, seed: int = 1) -> Night:
    """Play one night.

    The dome begins where the slit belongs.

    Args:
        sky: target and observatory.
        policy: decides when the dome moves; new for every night.
        seed: of the scatter of the dome's stops.

    Returns:
        The night.
    """
    scenario, mount = sky.scenario, sky.mount
    first = Pointing(float(sky.track.altitude_deg[0]), float(sky.track.azimuth_deg[0]))
    dome = SimulatedDome(scenario.drive, scenario.truth.dome_azimuth(first, PierSide(int(mount.side[0]))), seed)
    times_s = sky.track.times_s.tolist()
    stood: list[float] = []
    for word in mount.introduction():
        policy.hear(word, times_s[0])
    for step, now_s in enumerate(times_s):
        for word in mount.words(step):
            policy.hear(word, now_s)
        goto_deg = policy.decide(dome, now_s)
        if goto_deg is not None:
            dome.goto(goto_deg)
        stood.append(dome.azimuth_deg)
        dome.advance(scenario.step_s)
    dome_deg = np.array(stood)
    figures = measure(
        sky.beam, dome_deg, scenario.opening, scenario.step_s, mount.slewing, mount.flip_at, sky.bound, dome.log
    )
    return Night(sky.track, mount, sky.beam, dome_deg, sky.bound, figures)
