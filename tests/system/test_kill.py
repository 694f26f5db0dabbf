"""Killed at any instant, the driver comes back with a position that is proven or unknown, never wrongly parked."""

import json
import os
import random
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from bare_driver import Bare, goto, switch
from indi_server import wait_until
from observatory import DOME, DRIVER

from astro.angles import difference_deg
from indi_dome_driver.indi.message import Message

pytestmark = [pytest.mark.system, pytest.mark.skipif(not DRIVER.exists(), reason="run `make venv`")]

PARK_DEG = 10.0
CONFIG: dict[str, Any] = {
    "simulator": {"speed_factor": 20.0, "start_azimuth_deg": 12.0},
    "dome": {"park_azimuth_deg": PARK_DEG},
    "abaque": {"file": "", "model": "measurements"},  # no table: what is loaded has nothing to do with being killed
}
OTHER = b'<device name="Mount of mine"><!-- mine --><parkstatus>true</parkstatus>\t</device>'
LONGEST_S = 0.9
"""A random life after the command; a third of the moves end before it."""


class World:
    """A dome that stays where it is while its driver dies and comes back."""

    def __init__(self, home: Path, seed: int) -> None:
        self.home = home
        self.chance = random.Random(seed)
        self.wrong: list[str] = []
        self.seen = {"parked": 0, "known": 0, "unknown": 0}
        folder = home / ".indi"
        folder.mkdir()
        self.park_file = folder / "ParkData.xml"
        self.park_file.write_bytes(b"<parkdata>\n  " + OTHER + b"\n</parkdata>\n")
        self.memory = folder / f"{DOME}_simulator.json"

    @property
    def true_deg(self) -> float:
        if not self.memory.exists():
            return float(CONFIG["simulator"]["start_azimuth_deg"])
        return float(json.loads(self.memory.read_text())["azimuth_deg"])

    def live_and_die(self) -> None:
        """Start the driver, judge what it says, have it move, and kill it somewhere."""
        before_deg = self.true_deg
        driver = Bare(self.home, CONFIG)
        try:
            driver.connect()
            self._judge(driver, before_deg)
            self._command(driver)
            time.sleep(self.chance.uniform(0.0, LONGEST_S))  # the instant of the kill is what is tried
            driver.process.kill()
            driver.process.wait(5)
        finally:
            driver.close()
        park_data = self.park_file.read_bytes()
        ElementTree.fromstring(park_data)
        if OTHER not in park_data:
            self.wrong.append("another device's park entry was lost")

    def _judge(self, driver: Bare, before_deg: float) -> None:
        azimuth, park = last(driver, "ABS_DOME_POSITION"), last(driver, "DOME_PARK")
        truth = self.true_deg
        if truth != before_deg:
            self.wrong.append(f"the dome moved by itself, from {before_deg:.3f} to {truth:.3f}")
        known = azimuth.attributes["state"] != "Alert"
        off = abs(difference_deg(float(azimuth.items[0].text), truth))
        parked = any(item.name == "PARK" and item.text == "On" for item in park.items)
        away = abs(difference_deg(truth, PARK_DEG))
        self.seen["known" if known else "unknown"] += 1
        self.seen["parked"] += parked
        if known and off > 0.1:
            self.wrong.append(f"shown {azimuth.items[0].text} as proven, but it stands at {truth:.3f}")
        if parked and away > 1.0:
            self.wrong.append(f"shown as parked {away:.2f} degrees beside its park position")
        if parked:
            driver.say(switch("DOME_PARK", "UNPARK"))
            driver.wait(lambda m: m.name == "DOME_PARK" and m.items[1].text == "On", "unparked")
        if not known:
            driver.say(number("DOME_SYNC", "DOME_SYNC_VALUE", truth % 360.0))
            driver.wait(lambda m: m.name == "DOME_SYNC" and m.attributes.get("state") == "Ok", "synced")

    def _command(self, driver: Bare) -> None:
        turn = self.chance.choice([-0.3, 0.3, -3.0, 3.0, 12.0])
        homes = any(m.name == "HOME" for m in driver.messages)
        match self.chance.choice(["park", "park", "goto", "jog", *(["home"] if homes else [])]):
            case "park":
                driver.say(switch("DOME_PARK", "PARK"))
            case "goto":
                driver.say(goto((PARK_DEG + turn) % 360.0))
            case "jog":
                driver.say(switch("DOME_MOTION", self.chance.choice(["DOME_CW", "DOME_CCW"])))
            case "home":
                driver.say(switch("HOME", "HOME_FIND"))


def number(name: str, element: str, value: float) -> str:
    return (
        f"<newNumberVector device='{DOME}' name='{name}'><oneNumber name='{element}'>{value}</oneNumber>"
        "</newNumberVector>"
    )


def last(driver: Bare, name: str) -> Message:
    """Give what is known of a property once the driver has said everything about its connection."""
    wait_until(lambda: any(m.name == name for m in driver.listen()), 5.0, name)
    return next(m for m in reversed(driver.messages) if m.name == name and m.tag.startswith(("def", "set")))


def kill(home: Path, times: int) -> World:
    world = World(home, seed=int(os.environ.get("KILL_SEED", "1")))
    for trial in range(times):
        world.live_and_die()
        assert world.wrong == [], f"trial {trial}"
    print(f"{times} kills: {world.seen}")
    return world


def test_killed_at_random_instants_it_never_claims_what_it_cannot_know(tmp_path: Path) -> None:
    world = kill(tmp_path, 6)
    assert world.seen["known"]


@pytest.mark.soak
def test_two_hundred_kills(tmp_path: Path) -> None:
    world = kill(tmp_path, 200)
    assert min(world.seen.values()) > 5, world.seen  # every kind of end was met
