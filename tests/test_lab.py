"""`Lab`, `Function` and `%%deploy`, as a student uses them."""

from __future__ import annotations

import time
from collections.abc import Callable

import boto3
import pytest
from IPython.testing.globalipapp import start_ipython

from lambdalab import Function, Lab, LabError
from lambdalab.magics import deploy as deploy_magic
from lambdalab.magics import register

Deploy = Callable[..., Function]


def test_a_second_lab_is_the_first_one(lab: Lab) -> None:
    assert Lab() is lab
    assert Lab.current() is lab


def test_boto3_talks_to_the_lab_without_any_argument(lab: Lab) -> None:
    assert boto3.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert boto3.client("s3").meta.endpoint_url == lab.endpoint


def test_a_cell_becomes_a_function_and_can_be_deployed_again(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    deploy_magic(
        "cell --memory 256 --timeout 5 --env A=1 --env B=x=y",
        "import os\ndef handler(e, c):\n    return os.environ['B']",
    )
    assert capsys.readouterr().out == "deployed cell: 256 MB of memory, at most 5 s a call\n"
    function = lab.function("cell")
    assert function.invoke().answer == "x=y"
    assert (function.configuration["MemorySize"], function.configuration["Timeout"]) == (256, 5)
    deploy_magic("cell", "def handler(e, c):\n    return 'again'")
    assert function.invoke().answer == "again"
    assert (function.configuration["MemorySize"], function.configuration.get("Environment")) == (128, None)
    function.delete()


def test_one_cell_becomes_several_functions(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    deploy_magic("twin-a twin-b --memory 256", "def handler(e, context):\n    return context.function_name")
    assert capsys.readouterr().out == "deployed twin-a, twin-b: 256 MB of memory, at most 3 s a call\n"
    assert [lab.function(name).invoke().answer for name in ("twin-a", "twin-b")] == ["twin-a", "twin-b"]


def test_a_file_that_cannot_run_is_stored_with_a_note(lab: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    deploy_magic("broken", "def handler(event, context)\n    return 1")
    assert capsys.readouterr().out.startswith("note: line 1 of lambda_function.py: expected ':'. It is stored as it is")
    error = lab.function("broken").invoke().error
    assert error is not None and error["errorType"] == "Runtime.UserCodeSyntaxError"
    lab.function("broken").delete()


def test_the_labs_own_errors_are_shown_as_one_sentence() -> None:
    assert LabError("No lab.")._render_traceback_() == ["LabError: No lab."]


def test_the_magic_is_there_after_importing_lambdalab_in_a_notebook(lab: Lab) -> None:
    shell = start_ipython()
    register(shell)
    shell.run_cell_magic("deploy", "from-a-cell", "def handler(e, c):\n    return e")
    assert lab.function("from-a-cell").invoke({"a": [1]}).answer == {"a": [1]}
    lab.function("from-a-cell").delete()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "the following arguments are required: name"),
        ("f --memory lots", "invalid int value: 'lots'"),
        ("f --nonsense", "unrecognized arguments: --nonsense"),
        ("f --env A", "--env wants KEY=VALUE, not 'A'"),
        ("f --layer nothing", "there is no layer named 'nothing' yet"),
    ],
)
def test_a_wrong_deploy_line_is_a_sentence(lab: Lab, line: str, says: str) -> None:
    with pytest.raises(LabError) as wrong:
        deploy_magic(line, "def handler(e, c): pass")
    assert says in str(wrong.value)


def test_another_handler_of_the_file_can_be_named(deploy: Deploy) -> None:
    source = "def one(e, c):\n    return 1\ndef two(e, c):\n    return 2"
    assert deploy(source, handler="two").invoke().answer == 2
    assert deploy(source, handler="lambda_function.one").invoke().answer == 1


def test_an_unknown_function_lists_those_there_are(deploy: Deploy, lab: Lab) -> None:
    deploy("def handler(e, c): pass", name="known")
    with pytest.raises(LabError, match=r"there is no function named 'knwon'. There are: .*known"):
        lab.function("knwon")


def test_a_layer_of_something_that_is_not_installed_is_a_sentence(lab: Lab) -> None:
    with pytest.raises(LabError, match="pip install no-such-thing"):
        lab.layer("no-such-thing")


def test_a_result_in_a_terminal_is_text_with_the_report_line(deploy: Deploy) -> None:
    result = deploy("def handler(event, context):\n    return {'greeting': 'Hello, ' + event['name']}").invoke(
        {"name": "Zoë"}
    )
    text = repr(result)
    assert "Hello, Zoë" in text and "cold start" in text
    assert f"REPORT RequestId: {result.request_id}" in text
    assert str(result.invocation.pid if result.invocation else None) in text
    assert "<" not in text


def test_a_failed_result_says_so_and_has_no_answer(deploy: Deploy) -> None:
    result = deploy("def handler(event, context):\n    return event['name']").invoke()
    assert (result.status_code, result.function_error) == (200, "Unhandled")
    assert result.error is not None and result.error["errorType"] == "KeyError"
    with pytest.raises(LabError, match="KeyError: 'name'"):
        _ = result.answer
    assert "FunctionError" in repr(result) and "FunctionError" in result._repr_html_()


def test_an_asynchronous_event_is_accepted_run_and_tried_three_times_on_the_labs_clock(
    deploy: Deploy, lab: Lab
) -> None:
    function = deploy("def handler(event, context):\n    raise ValueError('no')", name="retried")
    queued = function.invoke_async({"x": 1})
    assert queued.status_code == 202
    with pytest.raises(LabError, match="was queued"):
        _ = queued.answer
    assert [i.attempt for i in function.wait(1)] == [1]
    lab.clock.advance(seconds=61)
    assert [i.attempt for i in function.wait(2)] == [1, 2]
    lab.clock.advance(seconds=61)
    assert "waits for attempt 3 of 3" in str(lab.explain("retried"))
    lab.clock.advance(seconds=61)
    tried = function.wait(3)
    assert [i.attempt for i in tried] == [1, 2, 3]
    assert {i.request_id for i in tried} == {queued.request_id}


def test_explain_tells_what_ran_cold_or_warm_and_how_it_failed(deploy: Deploy, lab: Lab) -> None:
    assert "does not exist" in str(lab.explain("never-deployed"))
    function = deploy("def handler(event, context):\n    return event['name']", name="told")
    assert "has not run" in str(lab.explain("told"))
    function.invoke({"name": "Li"})
    function.invoke({})
    story = str(lab.explain("told"))
    assert "1. called through the API: ran cold: environment 1" in story
    assert "2. called through the API: ran warm: environment 1" in story and "It failed: KeyError: 'name'." in story
    lab.clock.advance(hours=1)
    function.invoke({"name": "Li"})
    assert "because the last one had been idle for too long and was ended" in str(lab.explain("told"))
    deploy("def handler(event, context):\n    import os\n    os._exit(1)", name="told").invoke()
    function.invoke()
    assert "because code or settings had changed" in str(lab.explain("told"))
    heading, *told = str(lab.explain("told", last=1)).splitlines()
    assert heading == "told: 5 events so far, the last one:" and told[0].startswith("5. called through the API")
    with pytest.raises(ValueError, match="above zero"):
        lab.explain("told", last=0)
    assert "because the process of the last one had ended" in str(lab.explain("told"))


def test_the_processes_are_those_the_operating_system_knows(deploy: Deploy, lab: Lab) -> None:
    function = deploy("import os\ndef handler(event, context):\n    return os.getpid()", name="counted")
    assert lab.processes("counted") == []
    assert "nothing is running" in repr(lab.processes("counted"))
    pid = function.invoke().answer
    assert [(p.what, p.pid, p.state) for p in lab.processes("counted")] == [("function", pid, "frozen")]
    assert [p.what for p in lab.processes()][:2] == ["cloud", "guard"]


@pytest.mark.parametrize("wrong", [{"hours": -1}, {"seconds": float("nan")}, {"seconds": float("inf")}])
def test_the_clock_only_goes_forward(lab: Lab, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="only goes forward"):
        lab.clock.advance(**wrong)


def test_the_labs_first_line_shows_the_state_of_its_clock(lab: Lab) -> None:
    lab.clock.advance(minutes=1)
    assert "clock + " in repr(lab) and "AWS out of reach" in repr(lab)


def test_the_proof_is_seen_on_this_machine_and_stops_the_lab() -> None:
    lab = Lab()
    proof = lab.proof()
    assert proof.key_is_the_labs and proof.settings_hidden and proof.stopped
    assert proof.addresses and all(address.startswith("127.0.0.1:") for address in proof.addresses)
    assert len(proof.processes_before) >= 2 and proof.processes_after == []
    assert not lab.running and "has ended" in repr(lab)
    assert Lab() is not lab


def test_steps_can_be_asked_for_from_a_moment_of_the_labs_clock_on(lab: Lab) -> None:
    lab.clock.advance(hours=1)
    lab.client("sqs").list_queues()
    moment = time.time() + lab.clock.ahead_seconds
    assert lab.steps(since=moment) == []
    lab.client("sns").list_topics()
    assert [step.name for step in lab.steps(since=moment)] == ["sns:ListTopics"]
    assert [step.name for step in lab.steps(kind="request")[-2:]] == ["sqs:ListQueues", "sns:ListTopics"]
