"""review, look_again and trigger_table: what went wrong comes first, right answers are not asked twice."""

from __future__ import annotations

import ast
import io
import itertools
import json
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_plus

import pytest
import requests

from lambdalab import Function, Lab
from lambdalab.learn import look_again, predict, progress, recall, reveal, review, store, trigger_table
from lambdalab.learn.content import FOLDER, ContentError, lesson, lessons
from lambdalab.learn.drawing import TEN, draw, questions
from lambdalab.learn.recall import returning
from lambdalab.learn.review import answered, summary
from lambdalab.learn.reviews import Item, pool, read, reviews
from lambdalab.learn.sources import columns, missed, sources
from lambdalab.teach import course, shape

Said = pytest.CaptureFixture[str]
Deploy = Callable[..., Function]

ITEMS = pool("R1")
ABOUT_THE_COURSE = {"01-2"}  # "What does `predict` do when you skip it?" is no idea of AWS
ROOT = course.find_root(Path(__file__).parent)


def asked() -> list[Item]:
    return questions("R1", store.load())


def answer_all(*wrong: int) -> None:
    """Answer the open round: these places wrong, all others right."""
    for place, item in enumerate(asked(), 1):
        letter = next(option.letter for option in item.options if (option.letter == item.answer) != (place in wrong))
        answered("R1", place, letter)


def predicted(id: str, *, right: bool, sure: str) -> None:
    """A prediction made in its lesson, and its run."""
    prediction = next(one for one in lesson(id[:2]).predictions if one.id == id)
    predict(id, prediction.expected if right else prediction.commonest, sure=sure)
    value = prediction.option(prediction.expected).value
    reveal(id, value["min"] if isinstance(value, dict) else value)


def in_lab(given: str) -> str:
    """The function's file of an item, from its `given`."""
    return given[given.index("def ") :] if "%%deploy" in given else given


# -- which questions ---------------------------------------------------------------------------------------------------


def test_without_a_progress_file_all_ten_come_from_the_pool_each_time_the_same_and_from_all_lessons() -> None:
    first = asked()
    assert [item.id for item in first] == [item.id for item in asked()]
    assert len({item.id for item in first}) == TEN
    assert {item.lesson for item in first} == {"00", "01", "02", "03", "04", "05", "06"}
    assert not store.path().exists(), "showing a review writes nothing"


def test_neighbours_come_from_different_lessons() -> None:
    for seed in map(str, range(20)):
        row = [item.lesson for item in draw("R1", store.load(), seed=seed)]
        assert all(one != other for one, other in itertools.pairwise(row)), row


def test_the_same_seed_draws_the_same_and_another_seed_draws_others() -> None:
    drawn = [[item.id for item in draw("R1", store.load(), seed=seed)] for seed in ("x", "x", "y")]
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_went_wrong_in_the_lessons_comes_first_in_another_dress(capsys: Said) -> None:
    predicted("02-3", right=False, sure="a little")
    predicted("03-4", right=False, sure="quite")
    predicted("06-2", right=True, sure="quite")
    recall("05-2", "b")  # wrong
    recall("06-2", "b")  # right
    first = asked()[:3]
    assert {item.id for item in first} == {"R1-08", "R1-15", "R1-18"}
    assert "03-4" in ITEMS["R1-15"].predictions and "05-2" in ITEMS["R1-18"].recall
    review("R1")
    assert "3 of them ask again what went wrong for you before" in capsys.readouterr().out


def test_with_more_than_ten_wrong_ideas_the_confident_errors_are_among_the_ten() -> None:
    ids = [one.id for number in ("01", "02", "03", "04", "05") for one in lesson(number).predictions]
    sure = ids[-3:]
    for id in ids:
        predicted(id, right=False, sure="quite" if id in sure else "a little")
    renewed = {id for item in asked() for id in item.predictions}
    assert len(asked()) == TEN and set(sure) <= renewed


def test_a_prediction_that_was_not_run_or_was_changed_after_the_run_is_not_counted_as_wrong() -> None:
    blank = [item.id for item in asked()]
    predict("03-4", "a", sure="quite")
    assert [item.id for item in asked()] == blank
    predicted("03-2", right=True, sure="quite")
    predict("03-2", "b")
    assert [item.id for item in asked()] == blank


def test_an_item_that_was_answered_right_is_never_asked_twice_and_at_the_end_nothing_is_left(capsys: Said) -> None:
    seen: list[str] = []
    while asked():
        seen += [item.id for item in asked()]
        answer_all()
        review("R1", again=True)
    assert sorted(seen) == sorted(ITEMS)
    assert "there is nothing left to ask" in capsys.readouterr().out
    review("R1", 10)
    assert "There is no question 10 in this round" in capsys.readouterr().out


def test_what_was_wrong_in_one_round_begins_the_next_one() -> None:
    wrong = {asked()[2].id, asked()[6].id}
    right = {item.id for item in asked()} - wrong
    answer_all(3, 7)
    review("R1", again=True)
    assert {item.id for item in asked()[:2]} == wrong
    assert not right & {item.id for item in asked()}


def test_another_round_begins_only_after_an_answer_and_a_round_keeps_its_ten() -> None:
    before = [item.id for item in asked()]
    review("R1", again=True)
    assert [item.id for item in asked()] == before
    review("R1", 1, "e")
    predicted("03-4", right=False, sure="quite")
    assert [item.id for item in asked()] == before


def test_an_item_that_has_left_the_pool_is_left_out() -> None:
    review("R1", 1, "a")
    store.change(lambda data: data["reviews"]["R1"]["rounds"][0]["draw"].__setitem__(4, "R1-99"))
    assert len(asked()) == TEN - 1


# -- answers -----------------------------------------------------------------------------------------------------------


def test_a_wrong_answer_gets_the_idea_behind_it_the_right_one_and_what_was_said_in_the_lesson(capsys: Said) -> None:
    predicted("03-4", right=False, sure="quite")
    capsys.readouterr()
    review("R1", 1, "a")
    text = capsys.readouterr().out
    item = ITEMS["R1-15"]
    assert "You said: a, none of the five" in text
    assert f"The idea behind it: {item.option('a').idea}" in text
    assert f"Because: {item.option(item.answer).idea}" in text
    assert "In lesson 03 you said of this idea: none of them." in text
    assert 'To read again: lesson 03, "How long is it kept?".' in text


def test_the_first_answer_counts_and_a_right_one_is_not_sent_to_read(capsys: Said) -> None:
    item = asked()[0]
    review("R1", 1, "e")
    review("R1", 1, item.answer)
    text = capsys.readouterr().out
    assert "Your first answer, e, is the one that counts." in text
    assert text.count("To read again") == 1
    assert store.load()["reviews"]["R1"]["rounds"][0]["answers"] == {item.id: "e"}


def test_a_wrong_answer_brings_the_recall_question_of_its_idea_back_before_the_next_lesson() -> None:
    place, item = next((place, item) for place, item in enumerate(asked(), 1) if item.recall)
    review("R1", place, "e")
    assert set(item.recall) >= {question.id for question in returning("07", store.load())} != set()


def test_a_right_answer_moves_a_question_that_was_wrong_one_box_up() -> None:
    recall("05-2", "b")
    review("R1", 1, asked()[0].answer)
    assert store.load()["recall"]["05-2"] == {"box": 2, "lesson": "06", "answer": "b"}


def test_unanswered_questions_block_nothing_and_the_summary_says_so_quietly(capsys: Said) -> None:
    review("R1")
    for place in range(1, TEN + 1):
        review("R1", place)
    trigger_table("R1")
    look_again("R1")
    text = capsys.readouterr().out
    assert text.count('Answer: review("R1", ') == TEN
    assert "No question is answered yet" in text
    assert not any(option.idea in text for item in asked() for option in item.options)


def test_the_summary_names_what_was_wrong_by_lesson_with_a_link_and_counts_the_rest() -> None:
    wrong, items = [2, 5], asked()
    for place in (1, 2, 5):
        answered("R1", place, "e" if place in wrong else items[place - 1].answer)
    trigger_table("R1", {"S3": "b b c b ."})
    card = summary("R1", store.load())
    lines = card.text.split("\n")
    assert lines[0] == "R1: 1 of 3 questions answered right."
    found = lines[1:4]
    assert [line.split()[0] for line in found] == sorted(line.split()[0] for line in found)
    for place in wrong:
        assert f'"{items[place - 1].section}" (question {place})' in card.text
        assert f'href="{items[place - 1].page}"' in card.html
    assert '05 S3 triggers and permissions: "A colleague tidies up" (table, S3: who tries again)' in card.text
    assert "7 questions are still open." in lines


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("R7",), "there is no review 'R7'; known are R1"),
        (("R1", 11), "give a number from 1 to 10, not 11"),
        (("R1", 1, "z"), "has the answers a, b, c, d, e, not 'z'"),
        (("R1", None, "a"), "say which question you answer"),
    ],
)
def test_what_is_not_there_is_refused_with_the_known_ones(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        review(*arguments)
    assert not store.path().exists()


def test_a_click_answers_and_the_explanation_appears_below() -> None:
    widgets = pytest.importorskip("ipywidgets")
    from lambdalab.learn.widgets import review_widget

    item = ITEMS["R1-17"]
    form = review_widget("R1", 1, item, "R1, question 1 of 10", None)
    assert item.given.split("\n")[1].strip().split(":")[0].strip('"') in form.children[1].value
    options, button, status = form.children[2:]
    assert isinstance(options, widgets.RadioButtons)
    button.click()
    assert "Choose an answer first." in status.value
    assert asked()[0].id == item.id
    options.value = "c"
    button.click()
    assert item.option("c").idea.split("`")[-1] in status.value
    assert store.load()["reviews"]["R1"]["rounds"][0]["answers"] == {item.id: "c"}


def test_progress_has_a_row_for_a_review_that_was_begun(capsys: Said) -> None:
    progress()
    assert "R1" not in capsys.readouterr().out
    answer_all(1, 4, 9)
    progress()
    row = next(line for line in capsys.readouterr().out.split("\n") if line.startswith("R1 "))
    assert row.startswith("R1 Review of lessons 00 to 06") and "7 of 10" in row


# -- the pool ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", ITEMS.values(), ids=list(ITEMS))
def test_every_item_explains_each_option_and_names_a_section_that_is_there(item: Item) -> None:
    ideas = [option.idea for option in item.options]
    assert all(ideas) and len(set(ideas)) == len(ideas)
    file, _, section = item.page.partition("#")
    path = ROOT / "notebooks" / file
    assert path.is_file()
    headings = [heading.text for heading in shape.headings(course.read(path))]
    assert unquote(section).replace("-", " ") in [heading.replace("-", " ") for heading in headings]
    assert not any("!" in text for text in (item.question, *ideas, *(option.text for option in item.options)))


def test_each_prediction_and_recall_question_of_the_lessons_before_has_an_item_in_another_dress() -> None:
    before = [lesson(number) for number in lessons() if number <= "06"]
    wanted = {one.id for own in before for one in own.predictions}
    assert {id for item in ITEMS.values() for id in item.predictions} == wanted
    wanted = {one.id for own in before for one in own.recall} - ABOUT_THE_COURSE
    assert {id for item in ITEMS.values() for id in item.recall} == wanted
    known = {one.question for own in before for one in (*own.predictions, *own.recall)}
    assert not known & {item.question for item in ITEMS.values()}


def test_no_letter_is_right_much_more_often_than_another() -> None:
    letters = [item.answer for item in ITEMS.values()]
    assert all(len(letters) / 5 <= letters.count(letter) <= len(letters) / 3 for letter in "abcd")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "R1-01"', 'id = "R1-02"', "R1-02: the id must be R1-01"),
        ('answer = "c"', 'answer = "f"', "R1-01: `answer` is 'f', no option"),
        ('text = "run the cell with RATE again"', 'text = "again"', "R1-01: options must be of near-equal length"),
        ('predictions = ["00-1", "00-2"]\nrecall = ["01-1"]', "", "R1-01: `predictions` or `recall` must name"),
    ],
)
def test_a_broken_rule_of_the_pool_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (FOLDER / "r1.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "r1.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=words.replace(".", r"\.")):
        read(tmp_path / "r1.toml")


def test_the_reviews_are_those_with_a_content_file() -> None:
    assert reviews() == tuple(sorted(path.stem.upper() for path in FOLDER.glob("r*.toml")))


# -- what the items say, tried -----------------------------------------------------------------------------------------


def right(id: str) -> str:
    return ITEMS[id].option(ITEMS[id].answer).text


def test_r1_01_the_two_cells_raise_nameerror_and_the_repair_works(deploy: Deploy) -> None:
    file = in_lab(ITEMS["R1-01"].given)
    error = deploy(file).invoke({"pesos": 2}).error
    assert error is not None and error["errorType"] == "NameError"
    assert deploy(f"RATE = 4\n{file}").invoke({"pesos": 2}).answer == 8


def test_r1_06_the_event_arrives_as_the_right_option_says(deploy: Deploy) -> None:
    scope: dict[str, Any] = {}
    exec(ITEMS["R1-06"].given, scope)
    seen = deploy("def handler(event, context):\n    return str(event)").invoke(scope["event"]).answer
    assert seen == right("R1-06")


def test_r1_07_the_caller_gets_null_and_the_log_the_words(deploy: Deploy) -> None:
    function = deploy(ITEMS["R1-07"].given)
    assert function.invoke({"name": "Mei"}).payload == b"null"
    assert "saved Mei" in list(function.logs())


def test_r1_10_the_report_line_adds_up() -> None:
    lines = dict(line.split(": ") for line in ITEMS["R1-10"].given.split("\n") if "Duration" in line)
    ran, billed, init = (float(lines[key].split()[0]) for key in ("Duration", "Billed Duration", "Init Duration"))
    assert -int(-(ran + init) // 1) == billed


def test_r1_11_the_line_above_the_handler_is_printed_once_before_the_first_start(deploy: Deploy) -> None:
    function = deploy('print("ready")\ndef handler(event, context):\n    return 1', name="r1-11")
    function.invoke_each([{}] * 3)
    words = [str(line).split()[0] for line in function.logs()]
    assert words == ["INIT_START", "ready", *["START", "END", "REPORT"] * 3]


def test_r1_14_the_first_twelve_are_cold_and_the_second_twelve_warm(deploy: Deploy) -> None:
    function = deploy("import time\ndef handler(event, context):\n    time.sleep(0.1)")
    cold = [function.invoke_together([{}] * 12).cold_starts for _ in range(2)]
    assert f"{sum(cold)} of the 24" == right("R1-14")


def test_r1_16_after_the_timeout_the_third_call_answers_as_the_right_option_says(deploy: Deploy) -> None:
    function = deploy(ITEMS["R1-16"].given, timeout=1)
    count, letters = function.invoke_each([{}, {"hang": True}, {}])[2].answer
    assert f"count {count}, letters {letters}" == right("R1-16")


def test_r1_22_only_the_file_that_is_put_and_ends_in_small_letters_runs_the_function(lab: Lab, deploy: Deploy) -> None:
    rule, s3 = json.loads(ITEMS["R1-22"].given), lab.client("s3")
    function = deploy("def handler(event, context):\n    pass", name="r1-22")
    s3.create_bucket(Bucket="r1-22")
    suffix = rule["Filter"]["Key"]["FilterRules"][0]["Value"]
    lab.trigger("s3:r1-22", function, events=rule["Events"], suffix=suffix)
    s3.put_object(Bucket="r1-22", Key="list.CSV", Body=b"a")
    s3.upload_fileobj(io.BytesIO(bytes(20_000_000)), "r1-22", "list.csv")
    s3.put_object(Bucket="r1-22", Key="old/list.csv", Body=b"c")
    function.wait(source="s3:r1-22/old/list.csv")
    steps = lab.steps(kind="delivery", source="arn:aws:s3:::r1-22")
    letters = {"list.CSV": "A", "list.csv": "B", "old/list.csv": "C"}
    assert [letters[step.subject] for step in steps if step.outcome == "ok"] == ["C"]
    assert right("R1-22") == "C, not A and B"


def test_r1_24_the_key_decodes_to_the_right_option() -> None:
    assert unquote_plus(json.loads(f"{{{ITEMS['R1-24'].given}}}")["key"]) == right("R1-24")


def test_r1_26_only_the_third_visitor_gets_502(lab: Lab, deploy: Deploy) -> None:
    statuses = {}
    for node in ast.parse(ITEMS["R1-26"].given).body:
        assert isinstance(node, ast.FunctionDef)
        function = deploy(ast.unparse(node), name=f"r1-26-{node.name}", handler=f"lambda_function.{node.name}")
        lab.trigger("url", function)
        statuses[node.name.upper()] = requests.get(lab.url(function.name), timeout=10).status_code
    assert statuses == {"A": 200, "B": 404, "C": 502}
    assert right("R1-26").startswith("C's")


def test_r1_29_only_the_first_answer_passes_the_rest_api(lab: Lab, deploy: Deploy) -> None:
    answers = dict(line.split(None, 1) for line in ITEMS["R1-29"].given.split("\n"))
    handler = "def handler(event, context):\n    return json.loads(ANSWERS[event['path'][1:]])"
    source = f"import json\nANSWERS = {answers!r}\n{handler}"
    lab.trigger("rest-api:r1-29", deploy(source, name="r1-29"))
    got = {letter: requests.get(lab.url("r1-29", f"/{letter}"), timeout=10) for letter in answers}
    assert {letter: answer.status_code for letter, answer in got.items()} == {"A": 200, "B": 502, "C": 502}
    assert right("R1-29") == "with A, not with B or C"


# -- the trigger table -------------------------------------------------------------------------------------------------


def test_the_empty_table_shows_sources_and_letters_and_not_the_answers(capsys: Said) -> None:
    trigger_table("R1")
    text = capsys.readouterr().out
    assert all(source.name in text for source in sources("R1"))
    assert not any(why in text for source in sources("R1") for why in source.why)
    assert 'trigger_table("R1", answer=True)' in text
    trigger_table("R1", answer=True)
    assert "  S3: the service S3; nobody; Lambda, two more times;" in capsys.readouterr().out


def test_only_filled_cells_are_judged_and_a_wrong_one_gets_its_reason(capsys: Said) -> None:
    trigger_table("R1", {"S3": "b . c . .", "Invoke": "....."})
    text = capsys.readouterr().out
    source = next(source for source in sources("R1") if source.name == "S3")
    assert text.startswith("The trigger table: 1 of 2 cells as they are.")
    assert f"S3, who tries again: you said: the service that calls. {source.why[2]}" in text
    assert not any(why in text for why in (source.why[0], source.why[1], source.why[3]))
    assert "8 cells are still open." in text and "REST API" not in text


def test_an_open_table_says_so_in_one_line_and_what_was_said_first_of_a_cell_counts(capsys: Said) -> None:
    trigger_table("R1", {source.name: ". . . . ." for source in sources("R1")})
    assert capsys.readouterr().out.startswith("No cell is filled in yet.")
    trigger_table("R1", {"S3": ". . c . ."})
    trigger_table("R1", {"S3": "b b b b b"})
    assert [(source.name, names) for source, names in missed("R1", store.load())] == [("S3", ["who tries again"])]


def test_another_round_has_a_table_of_its_own() -> None:
    trigger_table("R1", {"S3": ". . c . ."})
    review("R1", again=True)
    assert missed("R1", store.load()) == []
    trigger_table("R1", {"REST API": "b . . . ."})
    assert [(source.name, names) for source, names in missed("R1", store.load())] == [("REST API", ["who calls"])]


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        ({"SQS": "....."}, "there is no source 'SQS'; known are Invoke, Invoke, Event, S3"),
        ({"S3": "bb"}, "'S3' has 2 letters, and the table 5 columns"),
        ({"S3": "bbzbb"}, "'who tries again' has the answers a, b, c, not 'z'"),
    ],
)
def test_an_unknown_source_or_letter_is_refused(mine: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        trigger_table("R1", mine)


def column(source: str, name: str) -> str:
    """The right words of one cell."""
    place = [one.name for one in columns()].index(name)
    row = next(one for one in sources("R1") if one.name == source)
    return columns()[place].words(row.right[place])


FAILS = textwrap.dedent("""
    def handler(event, context):
        raise ValueError("broken")
""")


@pytest.mark.parametrize("source", [source.name for source in sources("R1")])
def test_who_waits_who_tries_again_and_what_is_lost_are_as_a_failing_function_shows(
    lab: Lab, deploy: Deploy, source: str
) -> None:
    name = f"r1-{source.lower().replace(', ', '-').replace(' ', '-')}"
    function = deploy(FAILS, name=name)
    told: object = None
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
    assert column(source, "what is lost").endswith("the asker is told" if told else "nobody is told")
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
