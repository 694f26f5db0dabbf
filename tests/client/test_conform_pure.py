"""The tester's own logic: what it remembers, what it selects, how it judges and reports."""

import json

import pytest

from client.conform.catalogue import all_checks
from client.conform.check import Check, Failed, Findings, Need, Outcome, Result
from client.conform.contract import WHEN_CONNECTED, deviations
from client.conform.mount_driver import ScriptedMount
from client.conform.record import Known, Record, Sent
from client.conform.report import Setting, as_object
from client.conform.report_markdown import as_markdown
from client.conform.runner import missing, select
from client.conform.session import Outcomes
from client.conform.speed import Speed
from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.message import Message

DOME = "A Dome"
MOTION = """<defSwitchVector device="A Dome" name="DOME_MOTION" label="M" group="G" state="Ok" perm="rw" rule="{rule}">
<defSwitch name="{first}">Off</defSwitch><defSwitch name="{second}">Off</defSwitch></defSwitchVector>"""


def parse(text: str) -> Message:
    (message,) = Decoder().feed(text.encode())
    assert isinstance(message, Message)
    return message


def set_of(name: str, state: str, device: str = DOME) -> Message:
    body = '<oneNumber name="V">1</oneNumber>'
    return parse(f'<setNumberVector device="{device}" name="{name}" state="{state}">{body}</setNumberVector>')


def test_every_check_of_the_contract_is_there_once_and_in_words() -> None:
    numbers = [each.number for each in all_checks()]
    assert len(numbers) == len(set(numbers))
    assert {str(number) for number in range(1, 48)} <= set(numbers)
    assert {f"C{number}" for number in range(1, 8)} <= set(numbers)
    assert all(each.title and each.expected and each.group for each in all_checks())


def test_what_moves_or_starts_a_process_says_so() -> None:
    needs = {each.number: each.needs for each in all_checks()}
    for number in ("1", "2", "4", "5", "8", "27", "42", "44", "45", "46"):
        assert Need.PROCESS in needs[number]
    for number in ("10", "21", "27", "33", "C1", "C4"):
        assert Need.MOTION in needs[number]
    for number in ("3", "7", "43", "47"):
        assert Need.MOTION not in needs[number]


def test_select_takes_numbers_and_groups_in_the_order_of_the_catalogue() -> None:
    chosen = [each.number for each in select(all_checks(), ["c4", "abort", "10"])]
    assert chosen == ["10", "19", "20", "C4"]
    assert "19" not in [each.number for each in select(all_checks(), [], ["ABORT"])]
    with pytest.raises(ValueError, match="'99' is neither a check nor a group"):
        select(all_checks(), ["99"])


def test_a_missing_need_is_named() -> None:
    park = next(each for each in all_checks() if each.number == "21")
    assert missing(park, frozenset(park.needs)) is None
    assert missing(park, park.needs - {Need.PARK}) == Need.PARK.value


def test_a_command_counts_as_answered_only_by_its_own_property_in_time() -> None:
    record = Record()
    record.sent.append(Sent(10.0, DOME, "ABS", {"V": "1"}))
    record.take(9.9, set_of("ABS", "Ok"))
    record.take(10.1, set_of("REL", "Ok"))
    record.take(10.2, set_of("ABS", "Ok", "Other"))
    record.take(11.2, set_of("ABS", "Ok"))
    assert record.unanswered() == record.sent
    record.sent.append(Sent(11.3, DOME, "ABS", {"V": "2"}))
    record.take(12.2, set_of("ABS", "Alert"))
    assert record.unanswered() == record.sent[:1]


def test_the_present_picture_follows_sets_and_deletions() -> None:
    record = Record()
    record.take(1.0, parse(MOTION.format(rule="AtMostOne", first="DOME_CW", second="DOME_CCW")))
    record.take(2.0, parse('<setSwitchVector device="A Dome" name="DOME_MOTION" state="Busy"/>'))
    known = record.known(DOME, "DOME_MOTION")
    assert known is not None
    assert known.state == "Busy"
    record.take(3.0, parse('<delProperty device="A Dome" name="DOME_MOTION"/>'))
    assert record.known(DOME, "DOME_MOTION") is None
    assert record.devices() == []


def test_a_set_of_one_member_leaves_the_others_as_they_were() -> None:
    record = Record()
    record.take(1.0, parse(MOTION.format(rule="AtMostOne", first="DOME_CW", second="DOME_CCW")))
    full = '<setSwitchVector device="A Dome" name="DOME_MOTION" state="Busy">{}</setSwitchVector>'
    record.take(2.0, parse(full.format('<oneSwitch name="DOME_CW">On</oneSwitch>')))
    event = record.take(3.0, parse(full.format("")))
    assert event.on == ["DOME_CW"]
    assert [each.at_s for each in record.since(2.0, 2.5)] == [2.0]


@pytest.mark.parametrize(
    ("rule", "first", "second", "words"),
    [
        ("AtMostOne", "DOME_CW", "DOME_CCW", None),
        ("OneOfMany", "DOME_CW", "DOME_CCW", "rule OneOfMany instead of AtMostOne"),
        ("AtMostOne", "DOME_CCW", "DOME_CW", "which KStars reads by place"),
        ("AtMostOne", "DOME_CW", "OTHER", "lacks DOME_CCW"),
    ],
)
def test_departures_from_the_contract_are_named(rule: str, first: str, second: str, words: str | None) -> None:
    message = parse(MOTION.format(rule=rule, first=first, second=second))
    wrong = deviations("DOME_MOTION", Known(message, "Ok", {}), WHEN_CONNECTED["DOME_MOTION"])
    assert (not wrong) if words is None else any(words in each for each in wrong)


def test_findings_report_everything_once() -> None:
    found = Findings()
    assert found.expect(True, "no")
    found.expect(False, "one")
    found.expect(False, "two")
    found.expect(False, "one")
    with pytest.raises(Failed) as failure:
        found.verdict("fine")
    assert failure.value.seen == "one; two"


def test_the_slowest_move_sets_the_time_limits() -> None:
    speed = Speed()
    unknown_s = speed.limit_s(180.0)
    speed.learn([(0.0, 350.0), (1.0, 0.0), (2.0, 10.0)])
    assert speed.deg_s == pytest.approx(10.0)
    speed.learn([(0.0, 0.0), (10.0, 20.0)])
    assert speed.deg_s == pytest.approx(2.0)
    speed.learn([(0.0, 0.0), (10.0, 1.0)])
    assert speed.deg_s == pytest.approx(2.0)
    assert speed.limit_s(180.0) < unknown_s


def test_a_dome_of_unknown_speed_is_given_the_longest_way() -> None:
    speed = Speed()
    assert speed.turn_deg(4.0, 120.0) == 120.0  # any shorter one may be over before it is looked at
    speed.learn([(0.0, 0.0), (10.0, 40.0)])
    assert speed.turn_deg(5.0, 120.0) == pytest.approx(20.0)


async def _never(bench: object) -> str:
    raise AssertionError


def test_the_report_is_plain_json() -> None:
    check = Check("10", "goto", "arrives", frozenset(), _never, "motion")
    outcomes = Outcomes(DOME, {"exec": "x"}, [Result(check, Outcome.FAIL, "it did not", 1.23456)], complete=True)
    told = json.loads(json.dumps(as_object(outcomes, Setting("localhost:7624", "2026-11-24T05:00:00+00:00", 2.0))))
    assert told["summary"] == {"pass": 0, "fail": 1, "not_applicable": 0}
    assert told["results"] == [
        {
            "number": "10",
            "group": "motion",
            "title": "goto",
            "expected": "arrives",
            "outcome": "fail",
            "seen": "it did not",
            "seconds": 1.235,
        }
    ]
    assert outcomes.failed


def test_the_page_survives_whatever_a_driver_says() -> None:
    check = Check("10", "goto", "arrives", frozenset(), _never, "motion")
    nasty = "it said: a | b\n<script>x</script>"
    outcomes = Outcomes(DOME, {"exec": "x"}, [Result(check, Outcome.FAIL, nasty, 1.0)], complete=True)
    page = as_markdown(outcomes, Setting("localhost:7624", "2026-11-24T05:00:00+00:00", 2.0))
    rows = [line for line in page.splitlines() if line.startswith("| 10 |")]
    assert rows == [
        "| 10 | goto | arrives | it said: a \\| b &lt;script&gt;x&lt;/script&gt; |",
        "| 10 | goto | **FAIL** | it said: a \\| b &lt;script&gt;x&lt;/script&gt; |",
    ]
    assert "A Dome (x) on localhost:7624: 0 passed, 1 failed, 0 not applicable, in 2 s" in page


async def test_the_scripted_mount_slews_the_shorter_way(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    mount = ScriptedMount()
    await mount.obey({"do": "report", "ra": 23.5, "dec": 10.0, "state": "Ok"})
    hour_angle = (mount.ra_h(0.0) - 0.5) % 24.0
    await mount.obey({"do": "slew", "ha": hour_angle, "dec": 20.0, "seconds": 0.3})
    said = [each for each in Decoder().feed(capsysbinary.readouterr().out) if isinstance(each, Message)]
    places = [each for each in said if each.name == "EQUATORIAL_EOD_COORD"]
    assert [each.attributes["state"] for each in places] == ["Ok", "Busy", "Busy", "Ok"]
    hours = [float(each.items[0].text) for each in places]
    assert all(hour >= 23.5 or hour <= 0.5001 for hour in hours)
    assert hours[-1] == pytest.approx(0.5, abs=1e-4)
    assert mount.held_h == hour_angle, "it stays there, however slow the dome is"
