"""xml/indi_dome_driver.xml is what KStars' driver manager reads."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from indi_dome_driver import __version__
from indi_dome_driver.config import Config

FILE = Path(__file__).parents[1] / "xml" / "indi_dome_driver.xml"


def test_file_has_a_name_that_kstars_looks_for() -> None:
    assert FILE.name.startswith("indi_")
    assert not FILE.name.endswith("_sk.xml")
    assert not FILE.is_symlink()  # KStars skips links


def test_entry_has_all_that_kstars_needs() -> None:
    root = ElementTree.parse(FILE).getroot()
    assert root.tag == "driversList"
    (group,) = root.findall("devGroup")
    assert group.get("group") == "Domes"
    (device,) = group.findall("device")
    assert device.get("label") == Config().device_name
    assert device.get("manufacturer")
    driver, version = device.find("driver"), device.find("version")
    assert driver is not None
    assert driver.get("name") == Config().device_name
    assert driver.text == "indi_dome_driver"
    assert version is not None
    # A version that is no number reads as 1.0 there.
    assert version.text == f"{float(version.text or 'nan'):g}" == ".".join(__version__.split(".")[:2])
