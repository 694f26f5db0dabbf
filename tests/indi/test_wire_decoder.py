"""The decoder gives the same messages however the bytes are cut, and finds its place again after any damage."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indi_dome_driver.indi.decoder import Decoder
from indi_dome_driver.indi.encoder import element
from indi_dome_driver.indi.message import Item, Message, WireError

NUMBER = (
    b"<newNumberVector device='D' name='ABS'>\n  <oneNumber name='A'>\n    1.5\n  </oneNumber>\n</newNumberVector>\n"
)
ABORT = b'<newSwitchVector device="D" name="ABORT"><oneSwitch name="ABORT">On</oneSwitch></newSwitchVector>\n'
ASK = b"<getProperties version='1.7'/>\n"
ABORT_MESSAGE = Message(
    "newSwitchVector", {"device": "D", "name": "ABORT"}, (Item("oneSwitch", {"name": "ABORT"}, "On"),)
)


def decode(data: bytes, cuts: list[int] | None = None, **limits: int) -> list[Message | WireError]:
    decoder = Decoder(**limits)
    edges = sorted({0, len(data), *(cut for cut in cuts or [] if cut < len(data))})
    return [found for a, b in pairwise(edges) for found in decoder.feed(data[a:b])]


def errors(found: list[Message | WireError]) -> list[str]:
    return [each.reason for each in found if isinstance(each, WireError)]


def test_reads_what_indiserver_forwards() -> None:
    number, ask = decode(NUMBER + ASK)
    assert number == Message(
        "newNumberVector", {"device": "D", "name": "ABS"}, (Item("oneNumber", {"name": "A"}, "1.5"),)
    )
    assert isinstance(number, Message)
    assert (number.device, number.name, number.items[0].name) == ("D", "ABS", "A")
    assert ask == Message("getProperties", {"version": "1.7"})
    assert isinstance(ask, Message)
    assert (ask.device, ask.name) == (None, None)


@pytest.mark.parametrize("kind", ["Number", "Switch", "Text", "Light", "BLOB"])
@pytest.mark.parametrize("verb", ["def", "set", "new"])
def test_knows_every_vector(verb: str, kind: str) -> None:
    assert decode(f"<{verb}{kind}Vector name='A' ></{verb}{kind}Vector >".encode()) == [
        Message(f"{verb}{kind}Vector", {"name": "A"})
    ]


@pytest.mark.parametrize("tag", ["getProperties", "delProperty", "message", "enableBLOB", "pingRequest", "pingReply"])
def test_knows_every_other_tag(tag: str) -> None:
    assert decode(f"<{tag}/><{tag} device='D' />".encode()) == [Message(tag, {}), Message(tag, {"device": "D"})]


def test_a_message_is_given_with_its_last_byte() -> None:
    decoder = Decoder()
    for data in (NUMBER.rstrip(), ABORT.rstrip(), ASK.rstrip()):
        given_so_far = [decoder.feed(data[at : at + 1]) for at in range(len(data))]
        assert [len(found) for found in given_so_far] == [0] * (len(data) - 1) + [1]


def test_entities_quotes_and_utf8_in_values() -> None:
    data = '<message device=\'a &lt;&amp;&gt; "b" > é\' message="it\'s &quot;so&quot; &#233;"/>'.encode()
    assert decode(data) == [Message("message", {"device": 'a <&> "b" > é', "message": 'it\'s "so" é'})]


# --- properties -------------------------------------------------------------------------------------------------------

PIECES = st.sampled_from(
    [
        NUMBER,
        ABORT,
        ASK,
        b"<?xml version='1.0'?>\n",
        b"<!-- a > b -->",
        b"<!--",
        b"<![CDATA[",
        b"<?",
        b"<message message='\xc3\xa9 > <",
        b"<newNumberVector device='",
        b"<newTextVector name=\"a\"><oneText name='b'>" + b"x" * 300,
        b"</newSwitchVector>",
        b"<unknown a='1'>text</unknown>",
        b"\x00\xff",
        b"'\">",
        b" " * 70,
        b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
        b"</newTextVector" + b" " * 30 + b">",
    ]
)
STREAMS = st.lists(st.one_of(PIECES, st.binary(max_size=30)), max_size=12).map(b"".join)


@settings(max_examples=400, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 1500), max_size=40))
def test_any_chunking_gives_the_same(data: bytes, cuts: list[int]) -> None:
    whole = decode(data, max_message_bytes=600)
    assert decode(data, cuts, max_message_bytes=600) == whole
    assert decode(data, list(range(len(data))), max_message_bytes=600) == whole


@settings(max_examples=400, deadline=None)
@given(STREAMS, st.lists(st.integers(0, 1500), max_size=10))
def test_the_command_after_any_damage_is_obeyed(damage: bytes, cuts: list[int]) -> None:
    assert decode(damage + ABORT, cuts)[-1:] == [ABORT_MESSAGE]


@pytest.mark.parametrize(
    "template",
    [
        (b"<newTextVector><oneText name='A'>", b"x", b"</oneText></newTextVector>"),
        (b"<newTextVector name='", b">", b"'/>"),
        (b"<newTextVector name='", b"x", b"'></newTextVector>"),
        (b"<newTextVector><oneText>", b"x", b""),
        (b"<newTextVector name='", b"x", b""),
        (b"<newTextVector ", b" ", b"<"),
    ],
)
def test_the_limit_of_length_does_not_depend_on_chunks(template: tuple[bytes, bytes, bytes]) -> None:
    head, filler, end = template
    kinds = set()
    for count in range(150, 420):
        data = head + filler * count + end + ABORT
        whole = decode(data, max_message_bytes=300)
        assert whole == decode(data, list(range(len(data))), max_message_bytes=300)
        assert whole[-1] == ABORT_MESSAGE
        kinds.add(any("longer than 300" in reason for reason in errors(whole)))
    assert kinds == {False, True}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=10))
def test_random_bytes_never_raise(chunks: list[bytes]) -> None:
    decoder = Decoder(max_message_bytes=500)
    for chunk in chunks:
        decoder.feed(chunk)


def test_damaged_streams_lose_only_what_was_damaged() -> None:
    rnd = random.Random(20261)
    for _ in range(2000):
        stream = bytearray((NUMBER + ABORT + ASK) * 4)
        for _ in range(rnd.randint(1, 6)):
            at = rnd.randrange(len(stream))
            match rnd.randrange(4):
                case 0:
                    stream[at] = rnd.randrange(256)
                case 1:
                    del stream[at : at + rnd.randint(1, 60)]
                case 2:
                    stream[at:at] = rnd.randbytes(rnd.randint(1, 20))
                case _:
                    stream[at:at] = stream[: rnd.randint(1, 200)]
        size = rnd.choice((1, 7, 50, 300, 4096))
        data = bytes(stream) + ABORT + NUMBER
        found = decode(data, list(range(0, len(data), size)))
        assert found[-2:] == decode(ABORT + NUMBER), bytes(stream)


@pytest.mark.parametrize("size", [1, 13, 100, 1000, 4096, 65536, 1 << 30])
def test_of_ten_thousand_messages_none_is_lost(size: int) -> None:
    data = b"".join(
        b"<newNumberVector device='D' name='E'>\n <oneNumber name='V'>\n  %d\n </oneNumber>\n</newNumberVector>\n" % n
        for n in range(10_000)
    )
    decoder, found = Decoder(), []
    for at in range(0, len(data), size):
        found += decoder.feed(data[at : at + size])
    assert [each.items[0].text for each in found if isinstance(each, Message)] == [str(n) for n in range(10_000)]
    assert len(found) == 10_000


def test_random_cuts_through_a_long_stream_lose_nothing() -> None:
    rnd = random.Random(4)
    data = b"".join(b'<?xml version="1.0"?>\n<pingRequest uid="%d"/>\n' % n + ASK for n in range(10_000))
    decoder, found, at = Decoder(), [], 0
    while at < len(data):
        step = rnd.randint(1, 400)
        found += decoder.feed(data[at : at + step])
        at += step
    assert errors(found) == []
    uids = [each.attributes["uid"] for each in found if isinstance(each, Message) and each.tag == "pingRequest"]
    assert uids == [str(n) for n in range(10_000)]
    assert len(found) == 20_000


# --- what people and programs have sent to drivers --------------------------------------------------------------------

BOMB = b"".join(
    [b"<!DOCTYPE lolz [<!ENTITY a0 'lol'>"]
    + [b"<!ENTITY a%d '%s'>" % (n + 1, b"&a%d;" % n * 10) for n in range(10)]
    + [b"]>"]
)
MEMBERS = b"<newNumberVector device='D' name='P'>%s</newNumberVector>"

MALFORMED = {
    "mismatched tags": (b"<newTextVector name='a'><oneText name='b'>x</oneNumber></newTextVector>", "malformed"),
    "wrong end tag": (b"<newTextVector name='a'></newSwitchVector></newTextVector>", "malformed"),
    "truncated in its body": (NUMBER[:70], "cut off by <newSwitchVector>"),
    "truncated in its start tag": (NUMBER[:25], "breaks off"),
    "truncated in its tag name": (b"<newNumberVec", "not an INDI message"),
    "binary garbage": (bytes(range(256)) * 4, "not an INDI message"),
    "unknown entity": (MEMBERS % b"<oneNumber name='A'>&what;</oneNumber>", "undefined entity"),
    "document type": (BOMB, "not an INDI message"),
    "entity of a document type": (MEMBERS % b"<oneNumber name='A'>&a9;</oneNumber>", "undefined entity"),
    "document type in a message": (MEMBERS % BOMB, "malformed"),
    "numeric reference to nothing": (MEMBERS % b"<oneNumber name='A'>&#0;</oneNumber>", "malformed"),
    "no quotes": (b"<newNumberVector device=D name=P></newNumberVector>", "malformed"),
    "one quote missing": (b"<newNumberVector device='D name='P'><oneNumber name='A'>1</oneNumber>", "breaks off"),
    "attribute twice": (b"<newNumberVector name='a' name='b'/>", "malformed"),
    "text too long": (MEMBERS % (b"<oneText name='A'>" + b"x" * 400_000 + b"</oneText>"), "longer than"),
    "attribute too long": (b"<newTextVector device='D' name='" + b"x" * 400_000 + b"'/>", "longer than"),
    "never closed": (b"<newTextVector device='D'><oneText>" + b"x" * 400_000, "longer than"),
    "never closed in its start tag": (b"<newTextVector device='" + b">" * 400_000, "longer than"),
    "nested deeply": (MEMBERS % (b"<a>" * 50_000), "refused"),
    "nested very deeply": (MEMBERS % (b"<oneText>" * 50_000 + b"</oneText>" * 50_000), "longer than"),
    "very many members": (MEMBERS % (b"<oneNumber name='A'>1</oneNumber>" * 100_000), "longer than"),
    "many members": (MEMBERS % (b"<oneNumber name='A'>1</oneNumber>" * 257), "more than 256"),
    "unknown element": (b"<newFooVector device='D'><oneFoo>1</oneFoo></newFooVector>", "not an INDI message"),
    "a root element": (b"<INDIDriver>", "not an INDI message"),
    "much white space, then garbage": (b" \n" * 3000 + b"junk", "not an INDI message"),
}


@pytest.mark.parametrize("case", MALFORMED)
@pytest.mark.parametrize("size", [64, 2048, 1 << 30])
def test_malformed_input_costs_one_error_and_no_more(case: str, size: int) -> None:
    damage, reason = MALFORMED[case]
    data = ASK + damage + ABORT
    decoder, found = Decoder(), []
    for at in range(0, len(data), size):
        found += decoder.feed(data[at : at + size])
    assert found[-1] == ABORT_MESSAGE
    assert len(errors(found)) == 1, errors(found)
    assert reason in errors(found)[0]
    assert found[0] == Message("getProperties", {"version": "1.7"})


@pytest.mark.parametrize(
    "harmless", [b"<?xml version='1.0' encoding=\"UTF-8\"?>\n", b"<!-- a <b> 'c -->", b"\r\n \t", b"\n" * 5000, b""]
)
def test_declarations_comments_and_blanks_between_messages_are_no_errors(harmless: bytes) -> None:
    found = decode(harmless + ASK + harmless + ABORT + harmless + ABORT)
    assert found == [*decode(ASK), ABORT_MESSAGE, ABORT_MESSAGE]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"caf\xe9", "caf\ufffd"),
        (b"caf\xc3\xa9", "café"),
        (b"a\x01b", "a\ufffdb"),
        (b"a\x00b", "a\ufffdb"),
        (b"a\xed\xa0\x80b", "a\ufffd\ufffd\ufffdb"),
        (b"a\xef\xbf\xbfb", "a\ufffdb"),
        (b"\xf0\x9f\x94\xad", "🔭"),
        (b"a<!-- c -->b", "ab"),
    ],
)
def test_bad_characters_are_replaced_not_fatal(raw: bytes, text: str) -> None:
    data = b"<newTextVector device='D' name='T'><oneText name='A'>" + raw + b"</oneText></newTextVector>"
    for cuts in ([], list(range(len(data)))):
        (found,) = decode(data, cuts)
        assert isinstance(found, Message)
        assert found.items[0].text == text


def test_an_entity_bomb_is_not_expanded() -> None:
    found = decode(BOMB + MEMBERS % b"<oneNumber name='A'>&a9;</oneNumber>" + ABORT)
    assert [isinstance(each, WireError) for each in found] == [True, True, False]


def test_messages_next_to_a_damaged_one_survive() -> None:
    found = decode(ABORT + b"<newNumberVector device='D' name='P'><oneNumber name='A'>" + ABORT + ABORT)
    assert [isinstance(each, WireError) for each in found] == [False, True, False, False]


def test_an_overlong_message_is_not_mistaken_for_the_end_of_the_world() -> None:
    long = b"<setBLOBVector device='C'><oneBLOB name='b'>" + b"QUJD" * 100_000 + b"</oneBLOB></setBLOBVector>"
    found = decode(long + ABORT + long + ABORT)
    assert [isinstance(each, WireError) for each in found] == [True, False, True, False]


NAMES = st.text("ABCdef_019 ", min_size=1, max_size=12)
# Line breaks become blanks in attributes; around a text they mean nothing.
VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["newTextVector", "defNumberVector", "message", "setLightVector"]),
    st.dictionaries(st.sampled_from(["device", "name", "message", "label"]), VALUES),
    st.lists(st.tuples(NAMES, VALUES), max_size=5),
)
def test_reads_back_what_the_encoder_wrote(
    tag: str, attributes: dict[str, str], members: list[tuple[str, str]]
) -> None:
    items = [Item("oneText", {"name": name}, text.strip()) for name, text in members]
    assert decode(element(tag, attributes, items)) == [Message(tag, attributes, tuple(items))]
