"""What importing costs: CPU beyond the bare interpreter, and which heavy libraries stay out."""

import inspect
import subprocess
import textwrap
from pathlib import Path
from statistics import median

from support import DRIVER, PYTHON, Row, child_cpu_ms, environment, show, workplace

RUNS = 21
HEAVY = ("numpy", "scipy", "astropy", "openpyxl", "lgpio", "spidev", "PyIndi", "msgspec", "asyncio", "ssl", "typer")


def imports_of_the_driver() -> str:
    """Take the import statements out of `serve`, where the driver imports what it is made of."""
    from indi_dome_driver.main import serve

    lines = textwrap.dedent(inspect.getsource(serve)).splitlines()
    found = [line.strip() for line in lines if line.strip().startswith(("import ", "from "))]
    if len(found) < 5:
        raise RuntimeError("`serve` no longer imports the driver; this benchmark must look elsewhere")
    return "\n".join(found)


def main() -> None:
    """Alternate the programs, so that a busy moment hits all of them."""
    whole = imports_of_the_driver()
    cases = {
        "bare interpreter": [PYTHON, "-c", "pass"],
        "import indi_dome_driver": [PYTHON, "-c", "import indi_dome_driver"],
        "import asyncio": [PYTHON, "-c", "import asyncio"],
        "import numpy": [PYTHON, "-c", "import numpy"],
        "the whole driver": [PYTHON, "-c", f"import indi_dome_driver.main\n{whole}"],
        "indi_dome_driver --version": [DRIVER, "--version"],
        "indi-dome --help": [str(Path(DRIVER).with_name("indi-dome")), "--help"],
    }
    with workplace() as folder:
        env = environment(folder)
        for command in cases.values():
            child_cpu_ms(command, env)
        spent: dict[str, list[float]] = {label: [] for label in cases}
        for _ in range(RUNS):
            for label, command in cases.items():
                spent[label].append(child_cpu_ms(command, env))
        bare = median(spent["bare interpreter"])
        show("CPU from start to end of the process", "ms", [Row(*case) for case in spent.items()], peer=0)
        beyond = [
            # Pairs of neighbours in time: what slows the machine for a while slows both.
            Row(label, [one - other for one, other in zip(values, spent["bare interpreter"], strict=True)])
            for label, values in spent.items()
            if label != "bare interpreter"
        ]
        show(f"The same beyond the bare interpreter (median {bare:.1f} ms)", "ms", beyond)
        print("\nHeavy libraries in sys.modules afterwards")
        for label in ("import indi_dome_driver", "the whole driver"):
            question = f"{cases[label][2]}\nimport sys; print(*[name for name in {HEAVY} if name in sys.modules])"
            answer = subprocess.run([PYTHON, "-c", question], env=env, capture_output=True, text=True, check=True)
            loaded = answer.stdout.split()
            absent = [name for name in HEAVY if name not in loaded]
            print(f"  {label}: loaded {', '.join(loaded) or 'none'}; not loaded {', '.join(absent)}")


if __name__ == "__main__":
    main()
