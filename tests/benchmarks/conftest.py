"""Fixtures of the night simulator's tests."""

import pytest

from benchmarks.nightsim.observatory import SITE
from benchmarks.nightsim.sky import Track
from benchmarks.nightsim.targets import TARGETS, follow


@pytest.fixture(scope="session")
def tracks() -> dict[str, Track]:
    """Every target of the list, minute by minute; `follow` refuses one without its transit."""
    return {target.name: follow(target, SITE, 60.0) for target in TARGETS}
