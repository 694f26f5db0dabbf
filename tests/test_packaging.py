"""The wheel and the editable install carry what they must; the checkout's folders shadow nothing."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from indi_dome_driver.config import paths

ROOT = Path(__file__).parents[1]
SOURCES = ("pyproject.toml", "setup.cfg", "LICENSE", "README.md", "astro", "client", "indi_dome_driver", "data", "xml")
SHARE = Path("share/indi_dome_driver/data")


def run(*command: object, cwd: Path | None = None) -> str:
    # A PYTHONPATH that leads to this checkout would be found first, by pip as well.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    words = [str(part) for part in command]
    done = subprocess.run(words, cwd=cwd, env=environ, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


def pip(*arguments: object) -> str:
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy without build left-overs: building in the checkout would leave some there."""
    copy = tmp_path_factory.mktemp("checkout of mine")  # blanks in a path are common on desktops
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            shutil.copy(source, copy / name)
    return copy


@pytest.fixture(scope="module")
def wheel(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("setuptools")
    dist = tmp_path_factory.mktemp("dist")
    pip("wheel", "--no-deps", "--no-index", "--no-build-isolation", "--wheel-dir", dist, sources)
    (built,) = dist.glob("*.whl")
    return built


def environment(folder: Path) -> Path:
    """Make a bare environment that sees the test environment's packages, and return its Python."""
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    site = Path(run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"))
    # Listed, not linked in as a site folder: its own .pth files, the editable checkout among them, stay without effect.
    (site / "test_environment.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    return python


def located(python: Path, cwd: Path, name: str = "config.json") -> Path:
    code = f"from indi_dome_driver.config import data_file; print(data_file({name!r}))"
    return Path(run(python, "-c", code, cwd=cwd))


def test_wheel_holds_code_data_driver_entry_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = next(name for name in names if name.endswith("dist-info/METADATA"))
        assert "License: GPL-3.0-or-later" in archive.read(metadata).decode()
        entries = archive.read(metadata.replace("METADATA", "entry_points.txt")).decode()
    assert "indi_dome_driver = indi_dome_driver.main:run" in entries
    assert "indi-dome = client.cli:run" in entries
    for ending in (
        f"data/{SHARE}/config.json",
        f"data/{SHARE}/Loi_coupole.xlsx",
        "data/share/indi/indi_dome_driver.xml",
        "licenses/LICENSE",
        "indi_dome_driver/config/tree.py",
        "indi_dome_driver/py.typed",
    ):
        assert any(name.endswith(ending) for name in names), ending
    tops = {name.split("/")[0] for name in names if not name.startswith("indi_abaque_dome-")}
    assert tops == {"astro", "client", "indi_dome_driver"}


def test_installed_wheel_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    python = environment(tmp_path / "env")
    pip("--python", python, "install", "--no-deps", "--no-index", wheel)
    prefix = tmp_path / "env"
    for name in ("config.json", "Loi_coupole.xlsx"):
        assert located(python, tmp_path, name) == prefix / SHARE / name
    assert (prefix / "share/indi/indi_dome_driver.xml").is_file()
    for executable in ("indi_dome_driver", "indi-dome"):
        assert (prefix / "bin" / executable).is_file()
    code = "from indi_dome_driver.config import *; print(load_config(None, {'HOME': '/nowhere'}).config == Config())"
    assert run(python, "-c", code, cwd=tmp_path) == "True"


def test_wheel_installed_into_a_folder_finds_its_data(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    pip("install", "--no-deps", "--no-index", "--target", target, wheel)
    python = environment(tmp_path / "env")
    assert located(python, target) == target / SHARE / "config.json"


def test_editable_install_is_one_plain_path(sources: Path, tmp_path: Path) -> None:
    pytest.importorskip("setuptools")
    python = environment(tmp_path / "env")
    pip("--python", python, "install", "--no-deps", "--no-index", "--no-build-isolation", "--editable", sources)
    (hook,) = (tmp_path / "env").rglob("__editable__*.pth")
    # A line that begins with `import` would run at every start of the interpreter.
    assert hook.read_text(encoding="utf-8").strip() == str(sources)
    assert located(python, tmp_path) == sources / "data" / "config.json"
    assert Path(run(python, "-c", "import xml; print(xml.__file__)", cwd=tmp_path)).parent != sources / "xml"


def test_folder_xml_does_not_shadow_the_standard_library() -> None:
    assert not (ROOT / "xml" / "__init__.py").exists()
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import xml.etree.ElementTree as e; print(e.__file__)"
    for cwd in (ROOT, ROOT.parent):
        assert Path(run(sys.executable, "-c", code, cwd=cwd)).is_relative_to(sysconfig.get_path("stdlib"))


def test_checkout_finds_its_own_data() -> None:
    assert paths.data_file("config.json") == ROOT / "data" / "config.json"


def test_missing_data_file_lists_the_places() -> None:
    with pytest.raises(FileNotFoundError) as refusal:
        paths.data_file("none.json")
    assert str(ROOT / "data" / "none.json") in str(refusal.value)
    assert str(SHARE / "none.json") in str(refusal.value)


def test_licence_is_the_verbatim_text() -> None:
    system_copy = Path("/usr/share/common-licenses/GPL-3")
    if not system_copy.exists():
        pytest.skip("no system copy of the GPL to compare with")
    assert (ROOT / "LICENSE").read_bytes() == system_copy.read_bytes()
