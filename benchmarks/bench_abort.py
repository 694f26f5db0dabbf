"""How soon the pulses stop when an abort comes at full speed, in real time, at the simulated pins."""

import csv
import json
import random
import time
from pathlib import Path

from support import (
    DRIVER,
    OURS_NAME,
    PEER,
    PEER_NAME,
    Bare,
    Row,
    answer,
    connect,
    environment,
    need_indi,
    number,
    quantile,
    show,
    switch,
    workplace,
)

ABORTS = 30
LIMIT_MS = 50.0
"""What the project asks of itself."""
FULL_SPEED_S = 1.0
"""The ramp as delivered takes 0.96 s: 3846 steps/s at 4000 steps/s²."""


def read_trace(path: Path) -> list[tuple[float, float]]:
    """Give (wall clock of the last pulse, rate in Hz) of every train that ended."""
    with path.open(newline="") as file:
        return [(float(row["last_pulse_wall_s"]), float(row["rate_hz"])) for row in csv.DictReader(file)]


def main() -> None:
    """Abort both domes again and again; only ours has pulses to look at."""
    need_indi(PEER)
    chance = random.Random(1)  # the abort falls anywhere between two turns of the control loop
    aborts: list[tuple[float, float]] = []
    answered: dict[str, list[float]] = {PEER_NAME: [], OURS_NAME: []}
    with workplace() as folder:
        trace, config = folder / "trace.csv", folder / "config.json"
        config.write_text(json.dumps({"simulator": {"speed_factor": 1.0, "trace_file": str(trace)}}))
        env = environment(folder, INDI_DOME_CONFIG=str(config))
        with Bare(PEER, env) as peer, Bare(DRIVER, env) as ours:
            domes = ((peer, PEER_NAME), (ours, OURS_NAME))
            for driver, name in domes:
                driver.wire.definitions(0.2)
                driver.wire.send(connect(name))
                driver.wire.definitions(0.2)
                driver.wire.send(switch(name, "DOME_PARK", "UNPARK"))
            ours.wire.until(answer(OURS_NAME, "ABAQUE_INFO", "Ok"), 20.0)
            for turn in range(ABORTS):
                target = 90.0 if turn % 2 else 270.0
                for driver, name in domes:
                    driver.wire.forget()
                    driver.wire.send(number(name, "ABS_DOME_POSITION", "DOME_ABSOLUTE_POSITION", target))
                    driver.wire.until(answer(name, "ABS_DOME_POSITION", "Busy"))
                time.sleep(FULL_SPEED_S + chance.uniform(0.0, 0.06))
                for driver, name in domes:
                    driver.wire.forget()
                    sent_s = driver.wire.send(switch(name, "DOME_ABORT_MOTION", "ABORT"))
                    at_s = driver.wire.until(answer(name, "DOME_ABORT_MOTION"))
                    answered[name].append((at_s - sent_s) * 1e3)
                aborts.append((sent_s, at_s))
        trains = read_trace(trace)
    late_ms, rates = [], []
    for (sent_s, _), after_s in zip(aborts, [*(sent for sent, _ in aborts[1:]), float("inf")], strict=True):
        # The next goto starts from rest and only after the answer; its trains come later than this abort's limit.
        near = [each for each in trains if sent_s - 0.1 <= each[0] < min(after_s, sent_s + 0.25)]
        last_s, rate_hz = max(each for each in near if each[1] > 1000.0)
        late_ms.append(max(0.0, (last_s - sent_s) * 1e3))
        rates.append(rate_hz)
    show("Abort at full speed: from write() to the last step pulse", "ms", [Row("indi_dome_driver", late_ms)])
    p99_ms = quantile(late_ms, 0.99)
    print(f"  slowest train that was cut: {min(rates):.0f} steps/s; p99 {p99_ms:.3f} ms of {LIMIT_MS:g} ms allowed")
    rows = [Row(PEER, answered[PEER_NAME]), Row("indi_dome_driver", answered[OURS_NAME])]
    show("Abort at full speed: from write() to the first set* of DOME_ABORT_MOTION", "ms", rows, peer=0)


if __name__ == "__main__":
    main()
