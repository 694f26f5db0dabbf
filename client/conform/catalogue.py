"""All checks there are, in the order in which they run: looking before turning, the session's judgement at the end."""

from client.conform.check import Check
from client.conform.checks import (
    abort,
    config,
    conformu,
    connection,
    definitions,
    endurance,
    manners,
    motion,
    mount,
    parking,
    restart,
    slaving,
    speech,
    sync,
)

MODULES = (definitions, connection, motion, abort, parking, sync, slaving, mount, config)


def all_checks() -> tuple[Check, ...]:
    """List every check, in order."""
    subjects = [check for module in MODULES for check in module.CHECKS]
    return (
        *subjects,
        *manners.COMMANDS,
        *conformu.CHECKS,
        *speech.CHECKS,
        *restart.CHECKS,
        *endurance.CHECKS,
        *manners.SESSION,
    )
