"""AWS's own runtime clients run unchanged against our Runtime API, and our runtimes answer as they do.

Every case is a handler that is run twice: by our runtime, and by AWS's client (`awslambdaric`, `aws-lambda-ric`) in a
`provided` function. The caller must get the same bytes, and the log the same error, apart from ids and times.
"""

from __future__ import annotations

import collections
import importlib
import itertools
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambdalab import Function, Lab
from lambdalab.functions import Result, package
from lambdalab.service import programs
from tests.conformance.clients import install_node_client, node_client, python_client

Create = Callable[..., Function]
NUMBERS = itertools.count()  # each function has a log of its own
pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the native part is built on Linux only")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")


@pytest.fixture(scope="module")
def ric(pytestconfig: pytest.Config) -> dict[str, str | bytes]:
    """aws-lambda-ric and a bootstrap that starts it; built once and kept in pytest's cache."""
    folder = pytestconfig.cache.mkdir("aws-lambda-ric")  # type: ignore[union-attr]  # the cache plugin is never off
    install_node_client(folder)
    return node_client(folder)


@pytest.fixture
def create(lab: Lab) -> Iterator[Create]:
    made: list[Function] = []

    def create_one(files: dict[str, str | bytes], runtime: str, handler: str, timeout: int = 10) -> Function:
        function = Function(lab, f"client-{next(NUMBERS)}")
        lab.client("lambda").create_function(
            FunctionName=function.name,
            Code={"ZipFile": package(files)},
            Runtime=runtime,
            Handler=handler,
            Role=lab.role,
            Timeout=timeout,
            MemorySize=256,
        )
        made.append(function)
        return function

    yield create_one
    for function in made:
        function.delete()


@pytest.fixture
def both(create: Create) -> Callable[..., tuple[Function, Function]]:
    """The same Python source under our runtime and under awslambdaric."""

    def make(source: str, handler: str = "app.handler", timeout: int = 10) -> tuple[Function, Function]:
        ours = create({"app.py": source}, programs.PYTHON, handler, timeout)
        return ours, create({"app.py": source, **python_client()}, "provided.al2023", handler, timeout)

    return make


@pytest.fixture
def encoders(monkeypatch: pytest.MonkeyPatch) -> tuple[Callable[[Any], bytes], Callable[[Any], bytes]]:
    """What turns an answer into bytes, in our runtime and in awslambdaric."""
    monkeypatch.setenv("LAMBDA_TASK_ROOT", "/var/task")
    monkeypatch.setenv("AWS_EXECUTION_ENV", "AWS_Lambda_python3.13")
    ours = importlib.import_module("lambdalab.runtime.bootstrap")
    theirs = importlib.import_module("awslambdaric.lambda_runtime_marshaller").LambdaMarshaller()

    def marshal(answer: Any) -> bytes:
        said = theirs.marshal_response(answer)[0]
        return said if isinstance(said, bytes) else str(said).encode()

    return ours.encode, marshal


def neutral(text: str, result: Result) -> str:
    """Without ids and times; where there is no mount namespace AWS's client names the folder that is /var/task."""
    text = re.sub(r"/[^\s\"'\\:]*/code/[0-9a-f]{24}", "/var/task", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "<time>", text.replace(result.request_id, "<id>"))


def payload(result: Result) -> str:
    return neutral(result.payload.decode(), result)


def errors(function: Function, result: Result) -> list[str]:
    """The log events about errors; of AWS's warning only its first two sentences."""
    events = [neutral(event, result) for event in function.logs()]
    events = [re.sub(r"(issue in the function code\.).*", r"\1", event) for event in events]
    about = ("[WARNING]", "[ERROR]", "RequestId:", "<time> <id> Task")
    return list(dict.fromkeys(event for event in events if event.startswith(about)))  # a start is tried twice


# -- Python ----------------------------------------------------------------------------------------------------------

ANSWERS = {
    "nothing": "None",
    "text beyond ASCII": "'grün \\u2603 \\U0001F600'",
    "numbers": "[1, -2.5, 1e100, 0.1, True]",
    "not a number": "[float('nan'), float('inf'), -float('inf')]",
    "keys that are no text": "{1: 'a', 2.5: 'b', True: 'c', None: 'd'}",
    "a tuple": "(1, (2, 3))",
    "a named tuple": "{'at': [collections.namedtuple('Point', 'x y')(1, 2)]}",
    "bytes": "b'[1, 2]'",
    "bytes inside": "{'b': b'abc'}",
    "decimals": "[D('3'), D('1.50'), D('0.1'), D('12345678901234567890.123456789'), D('1E+3'), D('-0'), D('NaN')]",
    "a decimal alone": "D('1.10')",
    "an enumeration's member": "enum.IntEnum('Colour', 'RED')['RED']",
    "a text of its own kind": "type('Text', (str,), {})('x')",
    "a dictionary of its own kind": "collections.OrderedDict(b=1, a=2)",
    "an empty dictionary": "{}",
    "line separators": "'a\\u2028b'",
}
FAILURES = {
    "a set": "return {1}",
    "a date": "import datetime; return datetime.date(2026, 1, 1)",
    "bytes that are no text": "return {'b': b'\\xff'}",
    "a circle": "x = []; x.append(x); return x",
    "a key that cannot be": "return {(1, 2): 3}",
    "a raise": "raise ValueError('no')",
    "a raise without text": "raise KeyError",
    "a raise in a function called": "import json; return json.loads('{')",
    "a raise from another": "try: 1 / 0\n    except Exception as wrong: raise RuntimeError('outer') from wrong",
    "a text beyond ASCII": "raise Exception('grün\\nzwei')",
    "a class of its own": "class Oops(Exception): pass\n    raise Oops('mine')",
    "an exit": "import sys; sys.exit(3)",
    "an exit without a reason": "import os; os._exit(0)",
    "an interrupt": "raise KeyboardInterrupt",
    "a kill": "import os; os.kill(os.getpid(), 9)",
}
UNLOADABLE = {
    "a missing module": ("import nope", "app.handler"),
    "a missing file": ("", "other.handler"),
    "a missing handler": ("x = 1", "app.handler"),
    "a handler without a dot": ("", "app"),
    "a built-in module": ("", "sys.exit"),
    "a syntax error": ("def handler(e, c)\n    pass", "app.handler"),
    "an exception at load": ("import json\ndef f():\n    return json.loads('{')\nf()", "app.handler"),
    "an import error with a text": ("raise ImportError('by hand')", "app.handler"),
    "an exit at load": ("import sys\nsys.exit(4)", "app.handler"),
}
HEAD = "import collections, enum\nfrom decimal import Decimal as D\ndef handler(event, context):\n    "


@pytest.mark.parametrize("case", ANSWERS)
def test_python_an_answer_is_the_same_to_the_byte(both: Callable[..., tuple[Function, Function]], case: str) -> None:
    ours, theirs = both(f"{HEAD}return {ANSWERS[case]}")
    assert ours.invoke().payload == theirs.invoke().payload


Point = collections.namedtuple("Point", "x y")
KEYS = st.text() | st.integers() | st.floats() | st.booleans() | st.none()
SCALARS = KEYS | st.decimals(allow_nan=False) | st.just(Decimal("NaN")) | st.binary(max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.tuples(inner, inner)
        | st.builds(Point, inner, inner)
    ),
    max_leaves=12,
)


@given(VALUES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_python_any_answer_is_written_as_awslambdaric_writes_it(
    encoders: tuple[Callable[[Any], bytes], Callable[[Any], bytes]], value: Any
) -> None:
    said: list[bytes | None] = []
    for encode in encoders:
        try:
            said.append(encode(value))
        except Exception:  # such as bytes that are no text: neither can write them
            said.append(None)
    assert said[0] == said[1]


@pytest.mark.parametrize("case", FAILURES)
def test_python_a_failure_is_the_same_for_caller_and_log(
    both: Callable[..., tuple[Function, Function]], case: str
) -> None:
    ours, theirs = both(f"def handler(event, context):\n    if event: return 'fine'\n    {FAILURES[case]}")
    got, expected = ours.invoke({}), theirs.invoke({})
    assert expected.function_error == "Unhandled"
    assert payload(got) == payload(expected)
    assert errors(ours, got) == errors(theirs, expected) != []
    assert ours.invoke({"x": 1}).answer == theirs.invoke({"x": 1}).answer == "fine"


@pytest.mark.parametrize("case", UNLOADABLE)
def test_python_what_cannot_be_loaded_fails_in_the_same_way(
    both: Callable[..., tuple[Function, Function]], case: str
) -> None:
    ours, theirs = both(*UNLOADABLE[case])
    got, expected = ours.invoke(), theirs.invoke()
    assert expected.function_error == "Unhandled"
    assert payload(got) == payload(expected)
    assert errors(ours, got) == errors(theirs, expected) != []


def test_python_too_large_an_answer_is_the_same_for_the_caller(both: Callable[..., tuple[Function, Function]]) -> None:
    ours, theirs = both("def handler(event, context):\n    return 'x' * event['size']")
    got, expected = ours.invoke({"size": 7_000_000}), theirs.invoke({"size": 7_000_000})
    assert got.payload == expected.payload and b"Function.ResponseSizeTooLarge" in got.payload
    assert ours.invoke({"size": 6_000_000}).payload == theirs.invoke({"size": 6_000_000}).payload


def test_python_a_timeout_is_the_same(both: Callable[..., tuple[Function, Function]]) -> None:
    ours, theirs = both("import time\ndef handler(event, context):\n    time.sleep(event.get('s', 0))", timeout=1)
    got, expected = ours.invoke({"s": 60}), theirs.invoke({"s": 60})
    assert payload(got) == payload(expected) and "Task timed out after 1.00 seconds" in payload(got)
    assert errors(ours, got) == errors(theirs, expected) != []
    assert (ours.invoke().answer, theirs.invoke().answer) == (None, None)


def test_python_log_lines_have_the_same_form(both: Callable[..., tuple[Function, Function]]) -> None:
    source = """
import logging
logging.getLogger().setLevel("INFO")
logging.warning("at load")
def handler(event, context):
    logging.info("in %s", "call")
    logging.getLogger("own").error("two\\nlines")
    print("printed")
    context.log("through the context\\n")
"""
    said = []
    for function in both(source):
        result = function.invoke()
        text = neutral(result.log, result)
        said.append(text[: text.index("END RequestId")].split("\n", 1)[1])
    assert said[0] == said[1]


def test_python_the_context_says_the_same(both: Callable[..., tuple[Function, Function]], lab: Lab) -> None:
    source = """
def handler(event, context):
    client = context.client_context
    return {
        "names": {name: getattr(context, name) for name in event},
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "client": client and [client.custom, client.env, client.client and client.client.app_title],
        "remaining": type(context.get_remaining_time_in_millis()).__name__,
        "shown": repr(context),
    }
"""
    names = '["function_version", "memory_limit_in_mb", "tenant_id"]'
    with_client = "eyJjdXN0b20iOnsiYSI6MX0sImNsaWVudCI6eyJhcHBfdGl0bGUiOiJUIn19"  # {"custom":{"a":1},"client":{…}}
    for context in ({}, {"ClientContext": with_client}):
        said = []
        functions = both(source)
        for function in functions:
            answer = lab.client("lambda").invoke(FunctionName=function.name, Payload=names, **context)
            text = answer["Payload"].read().decode().replace(answer["ResponseMetadata"]["RequestId"], "<id>")
            text = text.replace(function.name, "<name>")
            said.append(re.sub(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", "<stream>", text))
        assert said[0] == said[1]


def test_awslambdaric_runs_its_hooks_around_the_snapshot(create: Create) -> None:
    source = """
from snapshot_restore_py import register_after_restore, register_before_snapshot
said = []
register_before_snapshot(said.append, "before 1")
register_before_snapshot(said.append, "before 2")
register_after_restore(said.append, "after 1")
register_after_restore(said.append, "after 2")
def handler(event, context):
    return said
"""
    client = python_client("export AWS_LAMBDA_INITIALIZATION_TYPE=snap-start")
    function = create({"app.py": source, **client}, "provided.al2023", "app.handler")
    assert function.invoke().answer == ["before 2", "before 1", "after 1", "after 2"]


@pytest.mark.parametrize("hook", ["register_before_snapshot", "register_after_restore"])
def test_awslambdaric_reports_a_hook_that_fails(create: Create, hook: str) -> None:
    source = f"""
from snapshot_restore_py import {hook}
def fails():
    raise ValueError("no")
{hook}(fails)
def handler(event, context):
    return "fine"
"""
    client = python_client("export AWS_LAMBDA_INITIALIZATION_TYPE=snap-start")
    error = create({"app.py": source, **client}, "provided.al2023", "app.handler").invoke().error
    assert error is not None and (error["errorType"], error["errorMessage"]) == ("ValueError", "no")


# -- Node.js ---------------------------------------------------------------------------------------------------------

NODE_CASES = {
    "async": "exports.handler = async (event) => ({ got: event, ü: [1.5, null, undefined], not: undefined });",
    "callback": "exports.handler = (event, context, callback) => callback(null, 'called');",
    "succeed": "exports.handler = (event, context) => context.succeed({ a: 1 });",
    "nothing": "exports.handler = () => {};",
    "never settled": "exports.handler = () => new Promise(() => {});",
    "undefined": "exports.handler = async () => undefined;",
    "throw": "exports.handler = () => { throw new TypeError('no'); };",
    "reject": "exports.handler = async () => { throw new RangeError('no\\nlines'); };",
    "own class": "class Oops extends Error {} exports.handler = async () => { throw new Oops('mine'); };",
    "named": "exports.handler = async () => { const e = new Error('x'); e.name = 'Named'; e.code = 'E1'; throw e; };",
    "with a cause": "exports.handler = async () => { throw new Error('x', { cause: new Error('y') }); };",
    "with fields": "exports.handler = async () => { throw Object.assign(new Error('x'), { status: 3 }); };",
    "with a circle": "exports.handler = async () => { const e = new Error('x'); e.own = e; throw e; };",
    "text": "exports.handler = async () => { throw 'text'; };",
    "fail without": "exports.handler = (event, context) => context.fail();",
    "done": "exports.handler = (event, context) => context.done('bad');",
    "no JSON": "exports.handler = async () => { const x = {}; x.x = x; return x; };",
    "late": "exports.handler = (e, c, callback) => { setTimeout(() => { throw new Error('late'); }, 1); };",
    "unhandled": "exports.handler = (e, c, done) => { Promise.reject(new Error('lost')); setTimeout(done, 99); };",
    "exit": "exports.handler = () => process.exit(3);",
    "syntax": "exports.handler = ;",
    "module": "require('nope');",
    "load": "throw new Error('at load');",
    "handler": "exports.other = 1;",
    "no function": "exports.handler = 1;",
}


BESIDE = (  # frames of the runtimes themselves, and their own files in a list of who required whom
    r"""(?x)  "? \s* at [ ] [^",]* (?: /var/runtime/ | /var/task/ric/ | node:internal ) [^",]* "? ,? [ ]?
            | - [ ] /var/ [^\s"\\]* index\.mjs (?: \\n )? "? ,? [ ]?"""
)


def as_told(result: Result) -> tuple[str, list[str]]:
    """The payload, and the log's lines about errors, without ids, times and the frames of the runtimes themselves."""
    log = neutral(result.log, result)
    lines = [re.sub(BESIDE, "", line) for line in log.split("\n") if "ERROR" in line or line.startswith("Runtime.")]
    return re.sub(BESIDE, "", payload(result)), list(dict.fromkeys(lines))


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("case", NODE_CASES)
def test_nodejs_a_handler_ends_in_the_same_way(create: Create, ric: dict[str, str | bytes], case: str) -> None:
    ours = create({"index.js": NODE_CASES[case]}, programs.identifier("nodejs"), "index.handler")
    theirs = create({"index.js": NODE_CASES[case], **ric}, "provided.al2023", "index.handler")
    got, expected = ours.invoke({"a": "ü"}), theirs.invoke({"a": "ü"})
    assert got.function_error == expected.function_error
    assert as_told(got) == as_told(expected)
    again = ours.invoke(), theirs.invoke()
    assert again[0].payload == again[1].payload or again[0].function_error == "Unhandled"


@needs_node
@pytest.mark.slow
def test_nodejs_too_large_an_answer_is_the_same_for_the_caller(create: Create, ric: dict[str, str | bytes]) -> None:
    source = "exports.handler = async () => 'x'.repeat(7000000);"
    ours = create({"index.js": source}, programs.identifier("nodejs"), "index.handler")
    theirs = create({"index.js": source, **ric}, "provided.al2023", "index.handler")
    got, expected = ours.invoke(), theirs.invoke()
    assert got.payload == expected.payload and b"Function.ResponseSizeTooLarge" in got.payload


@needs_node
@pytest.mark.slow
def test_nodejs_a_timeout_is_the_same(create: Create, ric: dict[str, str | bytes]) -> None:
    source = "exports.handler = () => new Promise((resolve) => setTimeout(resolve, 60000));"
    ours = create({"index.js": source}, programs.identifier("nodejs"), "index.handler", 1)
    theirs = create({"index.js": source, **ric}, "provided.al2023", "index.handler", 1)
    assert payload(ours.invoke()) == payload(theirs.invoke())
