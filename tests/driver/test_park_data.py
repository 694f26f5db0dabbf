"""ParkData.xml: ours exchanged, everybody else's kept to the byte, damage kept aside."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indi_dome_driver.park_data import ParkDataError, ParkEntry, ParkFile

SHARED = b"""<?xml version='1.0'?>
<parkdata>
    <device name='Telescope Simulator'>
        <parkstatus>
true
        </parkstatus>
        <parkposition>
            <axis1position>
-6.000000
            </axis1position>
            <axis2position>
0.000000
            </axis2position>
        </parkposition>
    </device>
    <!-- a comment that stays -->
    <device name="Dome Simulator"><parkstatus>false</parkstatus></device>
</parkdata>
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / ".indi" / "ParkData.xml"


def test_what_is_saved_is_loaded(path: Path) -> None:
    file = ParkFile(path, "Abaque Dome")
    assert file.load() is None
    for entry in (ParkEntry(True, 123.5), ParkEntry(False, 0.0)):
        file.save(entry)
        assert file.load() == entry


def test_other_devices_keep_every_byte(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(SHARED)
    file = ParkFile(path, "Abaque Dome")
    file.save(ParkEntry(True, 90.0))
    file.save(ParkEntry(False, 91.0))
    ours = path.read_bytes()
    head, _, tail = ours.partition(b'<device name="Abaque Dome">')
    assert head.rstrip() == SHARED.removesuffix(b"</parkdata>\n").rstrip()
    assert tail.endswith(b"</device>\n</parkdata>\n")
    assert ParkFile(path, "Telescope Simulator").load() == ParkEntry(True, 354.0)
    assert file.load() == ParkEntry(False, 91.0)


@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
def test_any_device_name_finds_its_own_entry(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    path = tmp_path_factory.mktemp("park") / "ParkData.xml"
    path.write_bytes(SHARED)
    file = ParkFile(path, name)
    file.save(ParkEntry(True, 12.25))
    file.save(ParkEntry(True, 13.25))
    assert file.load() == ParkEntry(True, 13.25)
    assert path.read_bytes().count(b"13.25") == 1


@pytest.mark.parametrize("damage", [b"<parkdata><device", b"\x00\x01\x02", b"not xml", SHARED[:200]])
def test_a_damaged_file_is_reported_and_kept_aside(path: Path, damage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    file = ParkFile(path, "Abaque Dome")
    copy = path.with_name("ParkData.xml.damaged")
    for _ in range(2):
        with pytest.raises(ParkDataError, match=r"is damaged .* is kept in"):
            file.load()
        assert copy.read_bytes() == path.read_bytes() == damage
    aside = file.save(ParkEntry(True, 5.0))
    assert aside == copy
    assert aside.read_bytes() == damage
    assert file.load() == ParkEntry(True, 5.0)
    path.write_bytes(damage + b" otherwise")
    assert file.save(ParkEntry(True, 6.0)) == path.with_name("ParkData.xml.damaged1")
    assert copy.read_bytes() == damage, "the first one is never lost"


@pytest.mark.parametrize("text", [b"", b"<parkdata/>", b"<parkdata>\n</parkdata>"])
def test_an_empty_file_is_a_fresh_start(path: Path, text: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(text)
    file = ParkFile(path, "Abaque Dome")
    assert file.load() is None
    file.save(ParkEntry(True, 5.0))
    assert file.load() == ParkEntry(True, 5.0)


@pytest.mark.parametrize(
    "body", [b"<parkstatus>perhaps</parkstatus>", b"<parkposition><axis1position>x</axis1position></parkposition>", b""]
)
def test_an_entry_that_makes_no_sense_is_no_entry(path: Path, body: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(b'<parkdata><device name="Abaque Dome">' + body + b"</device></parkdata>")
    assert ParkFile(path, "Abaque Dome").load() is None


def test_a_folder_that_is_not_writable_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    with pytest.raises(ParkDataError, match="park state is not saved"):
        ParkFile(blocker / "ParkData.xml", "Abaque Dome").save(ParkEntry(True, 0.0))


def test_many_writers_lose_nothing(path: Path) -> None:
    def write(name: str) -> None:
        for azimuth in range(20):
            ParkFile(path, name).save(ParkEntry(True, float(azimuth)))

    threads = [threading.Thread(target=write, args=(f"Dome {n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [ParkFile(path, f"Dome {n}").load() for n in range(4)] == [ParkEntry(True, 19.0)] * 4


def test_a_file_that_cannot_be_read_is_never_written_over(path: Path) -> None:
    path.mkdir(parents=True)  # a folder by that name
    with pytest.raises(ParkDataError, match="cannot read"):
        ParkFile(path, "Abaque Dome").save(ParkEntry(True, 5.0))
    assert path.is_dir()


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
TEXTS = st.sampled_from(
    ["true", "false", " ", "12.5", "&amp;", "<!-- <device name='Abaque Dome'/> -->", "\n\t", "<x/>"]
)


@st.composite
def foreign_entries(draw: st.DrawFn) -> bytes:
    """Draw what other drivers, or a person with an editor, may have put between our lines."""
    quote = draw(st.sampled_from("'\""))
    name = draw(NAMES).translate({ord(each): f"&#{ord(each)};" for each in "<>&'\""})
    inner = "".join(
        f"<{tag}>{draw(TEXTS)}</{tag}>" for tag in draw(st.lists(st.sampled_from(["parkstatus", "parkposition", "a"])))
    )
    space = draw(st.sampled_from(["", " ", "\n"]))
    return f"<device name={quote}Foreign {name}{quote}{space}>{inner}</device>".encode()


@given(st.lists(foreign_entries(), max_size=4), st.lists(foreign_entries(), max_size=4), st.booleans())
def test_whatever_stands_around_our_entry_keeps_every_byte(
    tmp_path_factory: pytest.TempPathFactory, before: list[bytes], after: list[bytes], ours_is_there: bool
) -> None:
    path = tmp_path_factory.mktemp("park") / "ParkData.xml"
    head = b"<?xml version='1.0'?><!-- by hand -->\n<parkdata>" + b"\n ".join(before)
    tail = b"\n\n".join(after)
    ours = b"<device name = 'Abaque Dome' ><parkstatus>true</parkstatus></device>" if ours_is_there else b""
    path.write_bytes(head + ours + tail + b"</parkdata >\n<!-- end -->")
    file = ParkFile(path, "Abaque Dome")
    file.save(ParkEntry(True, 1.0))
    file.save(ParkEntry(False, 90.0))
    assert file.load() == ParkEntry(False, 90.0)
    written = path.read_bytes()
    start = written.index(b'<device name="Abaque Dome">')
    end = written.index(b"</device>", start) + len(b"</device>")
    if ours_is_there:
        assert (written[:start], written[end:]) == (head, tail + b"</parkdata >\n<!-- end -->")
    else:
        assert written[:start].rstrip() == (head + tail).rstrip()
        assert written[end:].lstrip() == b"</parkdata >\n<!-- end -->"
