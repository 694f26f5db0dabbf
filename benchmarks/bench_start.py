"""How soon the driver answers after its start, and what it costs while nothing happens, beside the C++ simulator."""

import time
from pathlib import Path

from support import (
    DRIVER,
    GET_PROPERTIES,
    OURS_NAME,
    PEER,
    PEER_NAME,
    Bare,
    Row,
    answer,
    connect,
    environment,
    need_indi,
    show,
    workplace,
)

RUNS = 15
QUIET_S = 0.2
IDLE_S = 5.0
PROGRAMS = ((PEER, PEER_NAME), (DRIVER, OURS_NAME))


def one_start(program: str, device: str, folder: Path) -> tuple[float, float, float]:
    """Give ms from exec to the first and the last def* of the first burst, and from CONNECT to the last def*."""
    with Bare(program, environment(folder)) as driver:
        first_s, last_s = driver.wire.definitions(QUIET_S)
        asked_s = driver.wire.send(connect(device))
        _, connected_s = driver.wire.definitions(QUIET_S)
        return (first_s - driver.started_s) * 1e3, (last_s - driver.started_s) * 1e3, (connected_s - asked_s) * 1e3


def memory_kb(pid: int) -> tuple[int, int]:
    """Give proportional set size and private dirty memory."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {name: int(rest.split()[0]) for name, rest in (line.split(":") for line in lines)}
    return sizes["Pss"], sizes["Private_Dirty"]


def cpu_and_wakeups(pid: int) -> tuple[float, int]:
    """Give CPU time since the start (ms, to the nanosecond of the scheduler) and how often a thread went to sleep."""
    cpu_ns = wakeups = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        cpu_ns += int((task / "schedstat").read_text().split()[0])
        status = (task / "status").read_text()
        wakeups += int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    return cpu_ns / 1e6, wakeups


def idle(folder: Path) -> None:
    """Connect both, let them settle (our table is read by then), and look at them doing nothing."""
    with Bare(PEER, environment(folder)) as peer, Bare(DRIVER, environment(folder)) as ours:
        pair = ((peer, PEER_NAME), (ours, OURS_NAME))
        for driver, device in pair:
            driver.wire.definitions(QUIET_S)
            driver.wire.send(connect(device))
        ours.wire.until(answer(OURS_NAME, "ABAQUE_INFO", "Ok"), 20.0)
        time.sleep(1.0)
        before = [cpu_and_wakeups(driver.pid) for driver, _ in pair]
        time.sleep(IDLE_S)
        after = [cpu_and_wakeups(driver.pid) for driver, _ in pair]
        sizes = [memory_kb(driver.pid) for driver, _ in pair]
    labels = [PEER, "indi_dome_driver"]
    cpu = [(b[0] - a[0]) / IDLE_S for a, b in zip(before, after, strict=True)]
    wakeups = [(b[1] - a[1]) / IDLE_S for a, b in zip(before, after, strict=True)]
    for title, unit, values in (
        ("Memory connected and idle: PSS", "MB", [pss / 1000 for pss, _ in sizes]),
        ("Memory connected and idle: private dirty", "MB", [dirty / 1000 for _, dirty in sizes]),
        (f"CPU connected and idle, {IDLE_S:g} s", "ms per second", cpu),
        (f"Wakeups connected and idle, {IDLE_S:g} s", "per second", wakeups),
    ):
        show(title, unit, [Row(label, [value]) for label, value in zip(labels, values, strict=True)], peer=0)


def main() -> None:
    """Alternate both programs, then let them idle side by side."""
    need_indi(PEER)
    with workplace() as folder:
        for program, device in PROGRAMS:  # byte code and file cache are warm, as at every start but the first
            one_start(program, device, folder)
        runs = [[one_start(program, device, folder) for program, device in PROGRAMS] for _ in range(RUNS)]
        for index, title in enumerate(
            (
                f"From exec to the first def* ({GET_PROPERTIES.decode().strip()} waits in the socket)",
                "From exec to the last def* of the first burst",
                "From CONNECT to the last def*",
            )
        ):
            rows = [
                Row(label, [run[which][index] for run in runs])
                for which, label in enumerate((PEER, "indi_dome_driver"))
            ]
            show(title, "ms", rows, peer=0)
        idle(folder)


if __name__ == "__main__":
    main()
