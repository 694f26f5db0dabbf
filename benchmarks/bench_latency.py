"""How soon a command is answered through a real indiserver, beside the C++ simulator in the same server."""

import random
import socket
import time

from support import (
    DRIVER,
    GET_PROPERTIES,
    OURS_NAME,
    PEER,
    PEER_NAME,
    IndiServer,
    Row,
    Wire,
    answer,
    connect,
    definition,
    environment,
    need_indi,
    number,
    show,
    switch,
    workplace,
)

COMMANDS = 300
"""Of each kind, to each device."""
PACE_S = 0.008


def main() -> None:
    """Ask both in turn, at a pace that no queue grows by."""
    need_indi(PEER)
    pause = random.Random(1)  # spreads the commands over the phase of the drivers' own timers
    kinds = ("DOME_PARAMS", "DOME_ABORT_MOTION, dome at rest")
    answers: dict[tuple[str, str], list[float]] = {
        (kind, dome): [] for kind in kinds for dome in (PEER_NAME, OURS_NAME)
    }
    with workplace() as folder:
        env = environment(folder)
        server = IndiServer(PEER, DRIVER, home=folder / "home", env={**env, "PYTHONDONTWRITEBYTECODE": ""})
        with server, socket.create_connection(("127.0.0.1", server.port), 5) as peer:
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            wire = Wire(peer)
            wire.send(GET_PROPERTIES)
            for dome in (PEER_NAME, OURS_NAME):
                wire.until(definition(dome, "CONNECTION"), 20.0)
                wire.send(connect(dome))
                wire.until(definition(dome, "DOME_ABORT_MOTION"))
            wire.until(answer(OURS_NAME, "ABAQUE_INFO", "Ok"), 20.0)
            for turn in range(COMMANDS):
                for kind in kinds:
                    for dome in (PEER_NAME, OURS_NAME):
                        if kind == "DOME_PARAMS":
                            command = number(dome, kind, "AUTOSYNC_THRESHOLD", 0.5 + turn / 1000)
                        else:
                            command = switch(dome, "DOME_ABORT_MOTION", "ABORT")
                        wire.forget()
                        sent_s = wire.send(command)
                        answered_s = wire.until(answer(dome, kind.split(",")[0]))
                        answers[kind, dome].append((answered_s - sent_s) * 1e3)
                        time.sleep(PACE_S * pause.uniform(0.5, 1.5))
    for kind in kinds:
        rows = [Row(PEER, answers[kind, PEER_NAME]), Row("indi_dome_driver", answers[kind, OURS_NAME])]
        show(f"Command to its first set*, through indiserver: {kind}", "ms", rows, peer=0)


if __name__ == "__main__":
    main()
