"""Loads the model that the client slaves by."""

import asyncio
from pathlib import Path

from astro.dome_model import DomeModel
from astro.errors import AbaqueError, ModelError
from astro.model_file import LoadedAbaque
from client.errors import ClientError


class NoModel(ClientError):  # noqa: N818 - named for what happened, like its siblings
    """There is no table to slave by, or it cannot be used."""


def table_kind(kind: str) -> str:
    """Give the kind of model where there is no panel to type measurements into: what suits the table best.

    Args:
        kind: a word of `abaque.model`.
    """
    return "auto" if kind == "measurements" else kind


async def load_model(path: Path, kind: str, latitude_deg: float, radius_m: float) -> tuple[DomeModel, LoadedAbaque]:
    """Read and fit a table; takes a second or two.

    Args:
        path: the .xlsx file.
        kind: a word of `abaque.model`: "auto" for the model that suits the table best, "geometry", "table" …
        latitude_deg: of the observatory.
        radius_m: of the dome.

    Returns:
        The model chosen, and everything that was learnt about the table.

    Raises:
        NoModel: the table cannot be read, does not look like a dome, or has no model of that kind.
    """
    return await asyncio.to_thread(load_model_now, path, kind, latitude_deg, radius_m)


def load_model_now(path: Path, kind: str, latitude_deg: float, radius_m: float) -> tuple[DomeModel, LoadedAbaque]:
    """Read and fit a table without an event loop; as `load_model`."""
    from astro.load_abaque import load  # here: it brings numpy and scipy, which other commands do without

    try:
        loaded = LoadedAbaque.from_json(load(str(path), latitude_deg, radius_m))
        return loaded.model(table_kind(kind)), loaded
    except (AbaqueError, ModelError) as error:
        raise NoModel(f"the table {path} cannot be used: {error}") from error
