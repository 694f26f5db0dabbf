"""Run the command line: `python -m client`."""

from client.cli import run

run()
