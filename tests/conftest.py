"""Fixtures every test may use."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from indi_server import IndiServer, missing_program


@pytest.fixture
def start_indi_server() -> Iterator[Callable[..., IndiServer]]:
    """Start servers with the drivers a test names; skip where a program is missing, stop them all at the end."""
    with ExitStack() as stack:

        def start(*drivers: str, **options: object) -> IndiServer:
            missing = missing_program(*drivers)
            if missing is not None:
                pytest.skip(f"{missing} is not installed (Debian: apt install indi-bin)")
            return stack.enter_context(IndiServer(*drivers, **options))  # type: ignore[arg-type]

        yield start
