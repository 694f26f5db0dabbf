"""A study: some targets, some flips, some policies, all combined."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from astro.abaque import Abaque
from astro.geometry import Geometry
from astro.reference_lookup import ReferenceLookup
from benchmarks.nightsim.models import default_table, fitted_model
from benchmarks.nightsim.mount import FlipPlan
from benchmarks.nightsim.night import Night, Scenario, Sky, run
from benchmarks.nightsim.policies import Indi, OnTimer, Ours, Policy, our_settings
from benchmarks.nightsim.targets import TARGETS, Target, follow

POLICIES = ("ours", "reference", "timer", "indi")
"""`timer` is the reference's rule with the true geometry and the mount's side instead of its table."""


@dataclass(frozen=True, slots=True)
class Result:
    """One night of one policy."""

    target: Target
    policy: str
    flip: FlipPlan
    night: Night

    def to_json(self) -> dict[str, Any]:
        """Give plain data: what was played, the geometry of the flip, the figures."""
        bound = self.night.bound
        return {
            "target": self.target.name,
            "evening": self.target.evening.isoformat(),
            "policy": self.policy,
            "flip_late_min": self.flip.late_min,
            "mount_flip_s": self.flip.lasts_s,
            "highest_altitude_deg": round(float(self.night.track.altitude_deg.max()), 3),
            "flip_jump_deg": None if bound is None else round(bound.jump_deg, 3),
            "at_once_s": None if bound is None else round(bound.at_once_s, 3),
            "flip_gap_deg": None if bound is None else round(bound.gap_deg, 3),
            **{name: _rounded(value) for name, value in self.night.figures.to_json().items()},
        }


@dataclass
class Study:
    """What is to be played."""

    targets: tuple[Target, ...] = TARGETS
    policies: tuple[str, ...] = ("ours", "reference", "indi")
    flips: tuple[FlipPlan, ...] = (FlipPlan(),)
    scenario: Scenario = field(default_factory=Scenario)
    flip_known: bool = True
    """Our slaving is told at which hour angle the mount flips."""
    threshold_deg: float | None = None
    """Our slaving moves by this dead band; None for its default rule."""
    model_noise_mm: float = 0.0
    """Our model is fitted to a table measured with this scatter; 0: it is the truth."""
    table: Path = field(default_factory=default_table)
    """What the reference looks up."""
    seed: int = 1

    @cached_property
    def model(self) -> Geometry:
        """Give what our slaving knows of the dome."""
        return fitted_model(self.scenario.truth, self.model_noise_mm, self.seed)

    @cached_property
    def reference(self) -> ReferenceLookup:
        """Give what the reference knows of the dome."""
        points = Abaque.load(self.table).points
        cells = [(point.altitude_deg, point.azimuth_deg, point.dome_azimuth_deg) for point in points]
        return ReferenceLookup(cells, self.scenario.truth)

    def policy(self, name: str, flip: FlipPlan) -> Policy:
        """Make a policy for one night.

        Args:
            name: one of `POLICIES`.
            flip: what the mount does.

        Returns:
            The policy.

        Raises:
            KeyError: there is none of that name.
        """
        truth, site = self.scenario.truth, self.scenario.site
        makers: dict[str, Callable[[], Policy]] = {
            "ours": lambda: self._ours(flip),
            "reference": lambda: OnTimer(self.reference.dome_azimuth, site),
            "timer": lambda: OnTimer(truth.dome_azimuth, site),
            "indi": lambda: Indi(truth, site),
        }
        return makers[name]()

    def play(self) -> Iterator[Result]:
        """Play all nights, target by target.

        Yields:
            A result for every target, flip and policy.

        Raises:
            ValueError: a target does not pass the meridian in the dark of its night.
        """
        for target in self.targets:
            track = follow(target, self.scenario.site, self.scenario.step_s)
            for flip in self.flips:
                sky = Sky(track, replace(self.scenario, flip=flip))
                for name in self.policies:
                    yield Result(target, name, flip, run(sky, self.policy(name, flip), self.seed))

    def _ours(self, flip: FlipPlan) -> Policy:
        settings = our_settings(
            self.scenario.opening.clearance_m,
            self.scenario.drive.rate_deg_s,
            flip.hour_angle_deg if self.flip_known else None,
            self.threshold_deg,
        )
        return Ours(self.model, settings, self.scenario.site)


def _rounded(value: float | None) -> float | None:
    return round(value, 3) if isinstance(value, float) else value
