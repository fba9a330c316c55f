"""The trigger table of a review: typed in any plain way, guessed by no form, and true to what a lab shows."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import requests

from lambdalab import Function, Lab
from lambdalab.learn import look_again, store, trigger_table
from lambdalab.learn.reviews import page_of, reviews
from lambdalab.learn.rows import OPEN, letters_of, name_of
from lambdalab.learn.sources import Source, columns, missed, sources
from tests.learn.sections import has_section

Said = pytest.CaptureFixture[str]
Deploy = Callable[..., Function]

ALL = sources("R2")  # every source that a review asks about sooner or later
PAGES = (*reviews(), "07")


def wrong() -> list[tuple[str, str]]:
    """The source and the column of each cell that was wrong at first."""
    return [(cell.source, cell.column) for cell in missed("R1", store.load())]


def test_the_empty_table_shows_sources_and_letters_and_not_the_answers(capsys: Said) -> None:
    trigger_table("R1")
    text = capsys.readouterr().out
    assert all(source.name in text for source in sources("R1"))
    assert not any(why in text for source in sources("R1") for why in source.why)
    assert 'trigger_table("R1", answer=True)' in text
    trigger_table("R1", answer=True)
    assert "  S3: the service S3; nobody; Lambda, two more times;" in capsys.readouterr().out


def test_only_filled_cells_are_judged_and_a_wrong_one_gets_its_reason(capsys: Said) -> None:
    trigger_table("R1", {"S3": "a . a . .", "Invoke": "....."})
    text = capsys.readouterr().out
    source = next(source for source in sources("R1") if source.name == "S3")
    assert text.startswith("The trigger table: 1 of 2 cells are right.")
    assert f"S3, who tries again: you said: nobody, unless the asker does. {source.why[2]}" in text
    assert not any(why in text for why in (source.why[0], source.why[1], source.why[3]))
    assert "8 cells are still open." in text and "REST API" not in text


def test_an_open_table_says_so_in_one_line_and_what_was_said_first_of_a_cell_counts(capsys: Said) -> None:
    trigger_table("R1", {source.name: ". . . . ." for source in sources("R1")})
    assert capsys.readouterr().out.startswith("No cell is filled in yet.")
    trigger_table("R1", {"S3": ". . a . ."})
    assert "look_again reads" not in capsys.readouterr().out
    trigger_table("R1", {"S3": "a a b b a"})
    assert "What you wrote first in a cell is what look_again reads." in capsys.readouterr().out
    assert wrong() == [("S3", "who tries again")]


def test_another_round_has_a_table_of_its_own_laid_over_the_one_before() -> None:
    trigger_table("R1", {"S3": ". . a a ."})
    store.change(lambda data: data["reviews"]["R1"]["rounds"].append({"draw": [], "answers": {}}))
    assert wrong() == [("S3", "who tries again"), ("S3", "what is lost")], "nothing is forgotten"
    trigger_table("R1", {"S3": ". . b . .", "REST API": "b . . . ."})
    assert wrong() == [("S3", "what is lost"), ("REST API", "who calls Lambda")]


# -- nothing can be guessed by its form --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_choice_that_a_page_offers_is_right_for_some_source(page: str) -> None:
    for place, one in enumerate(columns(page)):
        assert {source.right[place] for source in sources(page)} == set(one.letters), one.name


@pytest.mark.parametrize("page", PAGES)
def test_one_letter_fills_no_row_and_no_column_rightly(page: str) -> None:
    rows = [source.right for source in sources(page)]
    for letter in "abcdefgh":
        assert all(row.count(letter) <= 3 for row in rows)
        assert all(column.count(letter) < len(rows) for column in zip(*rows, strict=True))


def test_the_review_asks_only_what_its_lessons_have_taught() -> None:
    assert "HTTP API" not in [source.name for source in sources("R1")]
    assert "HTTP API" in [source.name for source in ALL]


def test_no_reason_says_that_nothing_stands_between_a_visitor_and_the_function() -> None:
    reasons = [why for source in ALL for why in source.why]
    assert not [why for why in reasons if "stands between" in why]


# -- where to read again -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ALL, ids=[source.name for source in ALL])
def test_each_cell_leads_to_a_section_that_is_there(source: Source) -> None:
    assert len(source.read) == len(source.right)
    assert all(has_section(page_of(*place)) for place in source.read)


def test_who_tries_again_after_a_front_of_api_gateway_is_read_where_that_front_is_taught() -> None:
    rows = {row.name: row for row in sources("R2")}
    place = [column.name for column in columns()].index("who tries again")
    assert {rows[name].read[place] for name in ("HTTP API", "REST API")} == {("06", "A second front")}


def test_whose_permission_is_read_again_where_permissions_are_taught(capsys: Said) -> None:
    trigger_table("R1", {"Invoke": ". . . . c", "Invoke, Event": ". . . . c", "function URL": ". . b b ."})
    capsys.readouterr()
    look_again("R1")
    text = capsys.readouterr().out
    assert '04 Deploying: "Two documents" (Invoke: whose permission; Invoke, Event: whose permission)' in text
    assert '06 Web APIs: "What comes in, what goes out" (function URL: what is lost)' in text
    assert '"An impatient caller" (function URL: who tries again)' in text


# -- how a row may be typed --------------------------------------------------------------------------------------------

CHOICES = [(one.name, one.choices) for one in columns("R1")]
NAMES = [source.name for source in sources("R1")]


@pytest.mark.parametrize(
    "typed",
    [
        "a a . b .",
        "aa.b.",
        "A A . B .",
        "a, a, ., b, .",
        "a,a,,b,",
        "a, a, ., b, .,",
        "a; a; ?; b; -",
        "a a ? b –",
        "a | a | _ | b | .",
        "S3 nobody . b .",
        "the service S3, nobody, ., the event, .",
        ["a", "Nobody", "", "b", "."],
    ],
)
def test_a_row_is_read_however_it_is_parted(typed: str | list[str]) -> None:
    assert letters_of("S3", typed, CHOICES) == f"aa{OPEN}b{OPEN}"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("s3", "S3"),
        ("INVOKE", "Invoke"),
        ("invoke event", "Invoke, Event"),
        ("event", "Invoke, Event"),
        ("rest-api", "REST API"),
        ("url", "function URL"),
    ],
)
def test_a_source_is_known_by_its_words(typed: str, name: str) -> None:
    assert name_of(typed, NAMES) == name
    trigger_table("R1", {typed: "b . . . ."})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("the service . . . .", '"S3" wants 5 cells, one for each column, and has 6'),
        ("service . . . .", "not 'service', and these words fit none of them or several"),
        ("b b b b b b", "has 6: 'b b b b b b'. A point leaves a cell open."),
    ],
)
def test_words_that_fit_two_choices_or_none_are_refused(typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        letters_of("S3", typed, CHOICES)


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        ({"SQS": "....."}, 'there is no source "SQS"; known are "Invoke", "Invoke, Event", "S3"'),
        ({"S3": "bb"}, '"S3" wants 5 cells, one for each column, and has 1'),
        ({"S3": "bbzbb"}, "'who tries again' has the answers a, b, not 'z'"),
        ({"S3": None}, "and has 1: None"),
        ({"S3": 5}, "and has 1: 5"),
        ("b b . . .", "has a row for each source, .* and is not 'b b . . .'"),
    ],
)
def test_an_unknown_source_or_letter_and_what_is_no_row_or_no_table_are_refused(mine: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        trigger_table("R1", mine)


def column(source: str, name: str) -> str:
    """The right words of one cell."""
    place = [one.name for one in columns()].index(name)
    row = next(one for one in ALL if one.name == source)
    return columns()[place].words(row.right[place])


FAILS = textwrap.dedent("""
    def handler(event, context):
        raise ValueError("broken")
""")


@pytest.mark.parametrize("source", [source.name for source in ALL if source.read[0][0] < "07"])
def test_who_waits_who_tries_again_and_what_is_lost_are_as_a_failing_function_shows(
    lab: Lab, deploy: Deploy, source: str
) -> None:
    name = f"r1-{source.lower().replace(', ', '-').replace(' ', '-')}"
    function = deploy(FAILS, name=name)
    told: str | int | None = None
    if source == "Invoke":
        told = lab.client("lambda").invoke(FunctionName=name)["FunctionError"]
    elif source == "Invoke, Event":
        answer = lab.client("lambda").invoke(FunctionName=name, InvocationType="Event")
        assert answer["StatusCode"] == 202 and "FunctionError" not in answer
    elif source == "S3":
        lab.client("s3").create_bucket(Bucket=name)
        lab.trigger(f"s3:{name}", function)
        assert lab.client("s3").put_object(Bucket=name, Key="a", Body=b"a")["ResponseMetadata"]["HTTPStatusCode"] == 200
    else:
        told = requests.get(lab.url(front(lab, source, function), "/any"), timeout=10).status_code
        assert told == {"function URL": 502, "HTTP API": 500, "REST API": 502}[source]
    function.wait(1)
    lab.clock.advance(minutes=1)
    lab.clock.advance(minutes=2)
    lab.clock.advance(hours=1)
    runs = len(function.wait(1 if told else 3))
    assert column(source, "who waits for the function") == ("whoever asked" if told else "nobody")
    assert column(source, "who tries again") == (
        "nobody, unless the asker does" if runs == 1 else "Lambda, two more times"
    )
    lost = {"Unhandled": "nothing: the answer holds the error", None: "the event, and nobody is told"}
    assert column(source, "what is lost") == lost.get(told, "nothing: the visitor gets 500 or 502")
    assert runs == (1 if told else 3)


def test_whose_permission_is_where_the_lab_wrote_it(lab: Lab, deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    return {'statusCode': 200, 'body': 'yes'}", name="r1-who")
    lab.client("s3").create_bucket(Bucket="r1-who")
    found = {"Invoke": set(), "Invoke, Event": set()}  # the lab's keys call without a statement
    assert function.invoke().answer["body"] == "yes"
    lab.trigger("s3:r1-who", function)
    found["S3"] = statements(lab)
    for source in ("function URL", "HTTP API", "REST API"):
        before = statements(lab)
        place = front(lab, source, function)
        assert requests.get(lab.url(place, "/any"), timeout=10).text == "yes"
        found[source] = statements(lab) - before
    words = {"everybody": "the function's policy: everybody", "service": "the function's policy: a service"}
    for source, principals in found.items():
        kind = "service" if any("amazonaws.com" in one for one in principals) else "everybody"
        expected = words[kind] if principals else "the caller's own role"
        assert column(source, "whose permission") == expected, source


def front(lab: Lab, source: str, function: Function) -> str:
    """Put a front before a function, with its permission; the name that `lab.url` knows it by."""
    name = f"{function.name}-{source.split()[0].lower()}"
    if source == "HTTP API":
        api = lab.client("apigatewayv2").create_api(
            Name=name, ProtocolType="HTTP", Target=function.configuration["FunctionArn"]
        )
        lab.client("lambda").add_permission(
            FunctionName=function.name,
            StatementId="http-api",
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api['ApiId']}/*",
        )
        return str(api["ApiId"])
    lab.trigger("url" if source == "function URL" else f"rest-api:{name}", function)
    return function.name if source == "function URL" else name


def statements(lab: Lab) -> set[str]:
    """The principals of the policy, each with its statement's id."""
    client = lab.client("lambda")
    try:
        policy = json.loads(client.get_policy(FunctionName="r1-who")["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return set()
    return {f"{one['Sid']}: {one['Principal']}" for one in policy["Statement"]}
