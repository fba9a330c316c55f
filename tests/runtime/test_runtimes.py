"""Python, Node.js and provided functions run in real processes; what cannot run here is refused with a sentence."""

from __future__ import annotations

import io
import json
import re
import shutil
import stat
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab, magics
from lambdalab.errors import LabError
from lambdalab.functions import package
from lambdalab.languages import answer
from lambdalab.service import programs
from lambdalab.teach import course

ROOT = Path(__file__).parents[2]
Deploy = Callable[..., Function]
Create = Callable[..., Function]
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
needs_curl = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
posix = pytest.mark.skipif(sys.platform == "win32", reason="a bootstrap is a POSIX program")
NODE = programs.identifier("nodejs")
MISSING = ("Error: Cannot find module 'nope'\nRequire stack:\n", "- /var/runtime/index.mjs")
SHELL = r"""#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while true; do
  headers=$(mktemp)
  event=$(curl -sS -D "$headers" "$api/next")
  id=$(grep -i '^lambda-runtime-aws-request-id:' "$headers" | tr -d '\r' | cut -d' ' -f2)
  echo "event: $event"
  curl -sS -o /dev/null -d "{\"said\": $event, \"where\": \"$PWD\"}" "$api/$id/response"
done
"""


@pytest.fixture
def create(lab: Lab) -> Iterator[Create]:
    """Create functions from a zip's files, as boto3 does it; gone after the test."""
    made: list[Function] = []

    def create_one(files: dict[str, str | bytes] | bytes, runtime: str, handler: str, **settings: Any) -> Function:
        function = Function(lab, f"made-{len(made)}")
        lab.client("lambda").create_function(
            FunctionName=function.name,
            Code={"ZipFile": files if isinstance(files, bytes) else package(files)},
            Runtime=runtime,
            Handler=handler,
            Role=lab.role,
            **{"Timeout": 10, **settings},
        )
        made.append(function)
        return function

    yield create_one
    for function in made:
        function.delete()


# -- Node.js ---------------------------------------------------------------------------------------------------------


@needs_node
def test_a_cell_deployed_for_nodejs_is_index_mjs(deploy: Deploy) -> None:
    function = deploy("export const handler = async (event) => `Hello, ${event.name}`;", runtime="nodejs")
    assert function.invoke({"name": "Ada"}).answer == "Hello, Ada"
    assert function.configuration["Runtime"] == NODE and function.configuration["Handler"] == "index.handler"


@needs_node
@pytest.mark.parametrize(
    ("files", "handler"),
    [
        ({"index.mjs": "export const handler = async () => 1;"}, "index.handler"),
        ({"index.js": "exports.handler = async () => 1;"}, "index.handler"),
        ({"index.cjs": "exports.handler = async () => 1;"}, "index.handler"),
        ({"index.js": "export const handler = async () => 1;", "package.json": '{"type": "module"}'}, "index.handler"),
        ({"src/app.mjs": "export const api = { get: async () => 1 };"}, "src/app.api.get"),
        ({"index.js": "exports.handler = (event, context, callback) => callback(null, 1);"}, "index.handler"),
        ({"index.js": "exports.handler = (event, context) => context.succeed(1);"}, "index.handler"),
        ({"index.js": "exports.handler = (e, context) => { setTimeout(context.done, 5, null, 1); };"}, "index.handler"),
    ],
)
def test_every_form_of_a_nodejs_handler_is_found_and_answers(
    create: Create, files: dict[str, str | bytes], handler: str
) -> None:
    function = create(files, NODE, handler)
    assert function.invoke().answer == 1
    assert function.invoke().cold is False


@needs_node
def test_a_nodejs_handler_without_an_answer_answers_null_when_nothing_is_left_to_run(create: Create) -> None:
    source = "let ticks = 0; exports.handler = () => { setTimeout(() => { ticks += 1; console.log(ticks); }, 20); };"
    result = create({"index.js": source}, NODE, "index.handler").invoke()
    assert result.answer is None
    assert re.search(r"Z\t[0-9a-f-]{36}\tINFO\t1\n", result.log)


@needs_node
def test_a_nodejs_callback_waits_for_an_empty_event_loop_unless_told_not_to(create: Create) -> None:
    source = """
exports.handler = (event, context, callback) => {
  context.callbackWaitsForEmptyEventLoop = event.wait;
  setTimeout(() => console.log("later"), 50);
  callback(null, "answer");
};"""
    function = create({"index.js": source}, NODE, "index.handler")
    waited = function.invoke({"wait": True})
    assert waited.answer == "answer" and "later" in waited.log
    at_once = function.invoke({"wait": False})
    assert at_once.answer == "answer" and "later" not in at_once.log


@needs_node
def test_an_error_in_nodejs_has_awss_shape_and_its_log_line(deploy: Deploy) -> None:
    source = "export const handler = async (event) => {\n  throw new TypeError(`no ${event.x}`);\n};"
    result = deploy(source, runtime="nodejs").invoke({"x": 1})
    error = result.error
    assert result.function_error == "Unhandled" and error is not None
    assert sorted(error) == ["errorMessage", "errorType", "trace"]
    assert (error["errorType"], error["errorMessage"]) == ("TypeError", "no 1")
    assert error["trace"][0] == "TypeError: no 1"
    assert re.search(r"at .*file:///var/task/index\.mjs:2:9", error["trace"][1])
    line = re.search(rf"Z\t{result.request_id}\tERROR\tInvoke Error \t(.*)\n", result.log)
    assert line is not None
    assert json.loads(line[1]) == {"errorType": "TypeError", "errorMessage": "no 1", "stack": error["trace"]}


@needs_node
@pytest.mark.parametrize(
    ("thrown", "kind", "text"),
    [("'text'", "string", "text"), ("42", "number", "42"), ("({a: 1})", "object", "[object Object]")],
)
def test_what_is_thrown_in_nodejs_need_not_be_an_error(deploy: Deploy, thrown: str, kind: str, text: str) -> None:
    error = deploy(f"export const handler = async () => {{ throw {thrown}; }};", runtime="nodejs").invoke().error
    assert error == {"errorType": kind, "errorMessage": text, "trace": []}


@needs_node
@pytest.mark.parametrize(
    ("file", "source", "handler", "kind", "text"),
    [
        ("index.mjs", "", "index.handler", "HandlerNotFound", "index.handler is undefined or not exported"),
        ("index.js", "exports.handler = 1;", "index.handler", "HandlerNotFound", "index.handler is not a function"),
        ("index.js", "let x = ;", "index.handler", "UserCodeSyntaxError", "SyntaxError: Unexpected token ';'"),
        (
            "index.js",
            "require('nope');",
            "index.handler",
            "ImportModuleError",
            f"{MISSING[0]}- /var/task/index.js\n{MISSING[1]}",
        ),
        ("index.js", "", "nope.handler", "ImportModuleError", "".join(MISSING)),
        ("index.js", "", "index", "MalformedHandlerName", "Bad handler"),
    ],
)
def test_a_nodejs_function_that_cannot_be_loaded_says_why_as_aws_does(
    create: Create, file: str, source: str, handler: str, kind: str, text: str
) -> None:
    result = create({file: source}, NODE, handler).invoke()
    error = result.error
    assert error is not None and (error["errorType"], error["errorMessage"]) == (f"Runtime.{kind}", text)
    assert "\tundefined\tERROR\tUncaught Exception \t{" in result.log


@needs_node
@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("import x from 'nope';", "Cannot find package 'nope' imported from /var/task/index.mjs"),
        ("throw new Error('at load');", "at load"),
    ],
)
def test_an_exception_while_a_nodejs_module_loads_keeps_its_own_type(deploy: Deploy, source: str, text: str) -> None:
    error = deploy(source, runtime="nodejs").invoke().error
    assert error is not None and (error["errorType"], error["errorMessage"]) == ("Error", text)


@needs_node
@pytest.mark.parametrize(
    ("statement", "kind", "text"),
    [
        ("setTimeout(() => { throw new RangeError('late'); }, 1)", "RangeError", "late"),
        ("Promise.reject(new Error('lost'))", "Runtime.UnhandledPromiseRejection", "Error: lost"),
    ],
)
def test_what_nobody_catches_in_nodejs_is_reported_and_the_next_call_works(
    deploy: Deploy, statement: str, kind: str, text: str
) -> None:
    source = f"""
export const handler = (event, context, callback) => {{
  if (event.bad) {statement};
  else callback(null, "fine");
}};"""
    function = deploy(source, runtime="nodejs")
    error = function.invoke({"bad": True}).error
    assert error is not None and (error["errorType"], error["errorMessage"]) == (kind, text)
    assert function.invoke({"bad": False}).answer == "fine"


@needs_node
def test_an_answer_that_is_no_json_is_an_error_in_nodejs(deploy: Deploy) -> None:
    error = deploy("export const handler = async () => 1n;", runtime="nodejs").invoke().error
    assert error is not None
    assert (error["errorType"], error["errorMessage"]) == ("Error", "Unable to stringify response body")


@needs_node
def test_console_lines_in_nodejs_carry_time_request_and_level_and_are_one_event_each(deploy: Deploy) -> None:
    source = """
export const handler = async () => {
  console.log("one\\ntwo %d", 2, {a: 1});
  console.warn("careful");
  console.debug("small");
};"""
    function = deploy(source, runtime="nodejs", name="consoled")
    result = function.invoke()
    rows = boto3.client("logs").filter_log_events(logGroupName="/aws/lambda/consoled")["events"]
    stamped = [re.sub(r"^[\d-]{10}T[\d:]{8}\.\d{3}Z", "<time>", row["message"]) for row in rows]
    start = f"<time>\t{result.request_id}"
    assert [line for line in stamped if line.startswith("<time>")] == [
        f"{start}\tINFO\tone\ntwo 2 {{ a: 1 }}",
        f"{start}\tWARN\tcareful",
        f"{start}\tDEBUG\tsmall",
    ]


@needs_node
def test_the_context_in_nodejs_says_what_aws_says(deploy: Deploy, lab: Lab) -> None:
    source = """
export const handler = async (event, context) => ({
  ...Object.fromEntries(Object.entries(context).filter(([, value]) => typeof value !== "function")),
  remaining: context.getRemainingTimeInMillis(),
  environment: process.env.AWS_EXECUTION_ENV,
  trace: process.env._X_AMZN_TRACE_ID,
});"""
    function = deploy(source, runtime="nodejs", name="told-node", memory=256, timeout=5)
    context = "eyJjdXN0b20iOnsiYSI6MX19"  # {"custom":{"a":1}}
    answer = lab.client("lambda").invoke(FunctionName="told-node", Payload="{}", ClientContext=context)
    said = json.loads(answer["Payload"].read())
    assert 0 < said.pop("remaining") <= 5000
    assert said.pop("trace").startswith("Root=1-")
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", said.pop("logStreamName"))
    assert said == {
        "callbackWaitsForEmptyEventLoop": True,
        "functionVersion": "$LATEST",
        "functionName": "told-node",
        "memoryLimitInMB": "256",
        "logGroupName": "/aws/lambda/told-node",
        "clientContext": {"custom": {"a": 1}},
        "invokedFunctionArn": function.configuration["FunctionArn"],
        "awsRequestId": answer["ResponseMetadata"]["RequestId"],
        "environment": f"AWS_Lambda_{NODE}",
    }


@needs_node
def test_a_layer_brings_modules_for_nodejs(create: Create, lab: Lab) -> None:
    zipped = package({"nodejs/node_modules/twice/index.js": "module.exports = (x) => 2 * x;"})
    arn = lab.client("lambda").publish_layer_version(LayerName="twice", Content={"ZipFile": zipped})["LayerVersionArn"]
    source = "const twice = require('twice'); exports.handler = async (event) => twice(event.x);"
    assert create({"index.js": source}, NODE, "index.handler", Layers=[arn]).invoke({"x": 21}).answer == 42


@needs_node
@needs_curl
@posix
def test_what_cannot_run_here_is_deployed_with_a_note_and_answers_with_a_recorded_run(
    lab: Lab, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lesson = course.read(next(ROOT.glob("notebooks/02_*.ipynb")))
    line = re.compile(r"%%deploy (?P<line>(?P<name>\S+) --runtime .*)\n(?P<code>(?s:.*))")
    event, measured = {"name": "Amina"}, {}
    for cell in filter(None, (line.match(cell.source) for cell in lesson.cells)):
        magics.deploy(cell["line"], cell["code"])
        measured[cell["name"]] = answer(lab.function(cell["name"]), event)
    assert measured.keys() == {"greet_js", "greet_sh"}
    assert "note: " not in capsys.readouterr().out.replace("note: the function asks for", "")

    monkeypatch.setenv("PATH", "")
    magics.deploy("greet_js --runtime nodejs", "export const handler = 1;")
    note = capsys.readouterr().out
    assert re.match(
        r"note: Node\.js is not installed on this machine, .*conda install nodejs.*\.\ndeployed greet_js", note
    )
    for name, said in measured.items():
        first, recorded = answer(lab.function(name), event).split("\n")
        assert recorded == said
        assert re.fullmatch(r"recorded run: .*, \d{4}-\d\d-\d\d \(.* on this machine.*\)", first)
        with pytest.raises(LabError, match=f"Of {name} with this event no run was recorded"):
            answer(lab.function(name), {"name": "Kofi"})


@needs_node
@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("index.mjs", "import { S3Client } from '@aws-sdk/client-s3';"),
        ("index.js", "const AWS = require('aws-sdk');"),
    ],
)
def test_a_nodejs_function_that_misses_the_aws_sdk_is_told_where_to_get_it(
    create: Create, file: str, source: str
) -> None:
    result = create({file: source}, NODE, "index.handler").invoke()
    assert result.function_error == "Unhandled"
    assert "On AWS the Node.js runtime brings the AWS SDK along" in repr(result)


@needs_node
def test_the_deploy_cell_takes_a_runtime_and_says_when_another_version_runs_it(
    lab: Lab, capsys: pytest.CaptureFixture[str]
) -> None:
    for runtime, other in ((NODE, False), ("nodejs18.x", NODE != "nodejs18.x"), ("nodejs", False)):
        magics.deploy(f"celled --runtime {runtime}", "export const handler = async () => 'from a cell';")
        said = capsys.readouterr().out
        note = f"note: the function asks for {runtime}, this machine runs it with {NODE}.\n" if other else ""
        assert said == f"{note}deployed celled: 128 MB of memory, at most 3 s a call\n"
        assert lab.function("celled").invoke().answer == "from a cell"
    lab.function("celled").delete()


# -- provided --------------------------------------------------------------------------------------------------------


@posix
@needs_curl
def test_a_shell_script_with_curl_is_a_runtime(deploy: Deploy) -> None:
    function = deploy(SHELL, runtime="provided", timeout=10)
    first, second = function.invoke({"a": 1}), function.invoke([2])
    assert first.answer["said"] == {"a": 1} and second.answer["said"] == [2]
    assert (first.cold, second.cold) == (True, False)
    assert "event: [2]" in second.log
    assert function.configuration["Runtime"] == "provided.al2023"


@posix
@pytest.mark.parametrize(
    ("files", "text"),
    [
        ({"other": "#!/bin/sh"}, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"),
        ({"bootstrap": "#!/no/such/shell\n"}, "fork/exec /var/task/bootstrap: no such file or directory"),
        ({"bootstrap": "#!/bin/sh\r\nexit\r\n"}, "fork/exec /var/task/bootstrap: no such file or directory"),
        ({"bootstrap": "echo no shebang"}, "fork/exec /var/task/bootstrap: exec format error"),
    ],
)
def test_a_bootstrap_that_cannot_be_started_is_an_invalid_entrypoint(
    create: Create, files: dict[str, str | bytes], text: str
) -> None:
    result = create(files, "provided.al2023", "any").invoke()
    assert result.error == {
        "errorType": "Runtime.InvalidEntrypoint",
        "errorMessage": f"RequestId: {result.request_id} Error: {text}",
    }
    assert "\tStatus: error\tError Type: Runtime.InvalidEntrypoint\t" in result.log


@posix
def test_a_bootstrap_that_may_not_be_executed_is_an_invalid_entrypoint(create: Create) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("bootstrap", "#!/bin/sh\n")  # 0o600: nobody may execute it
    error = create(out.getvalue(), "provided.al2", "any").invoke().error
    assert error is not None and error["errorMessage"].endswith("fork/exec /var/task/bootstrap: permission denied")


@posix
def test_the_bootstrap_may_come_from_a_layer(create: Create, lab: Lab) -> None:
    zipped = package({"bootstrap": SHELL})
    arn = lab.client("lambda").publish_layer_version(LayerName="shell", Content={"ZipFile": zipped})["LayerVersionArn"]
    assert create({"x": ""}, "provided.al2023", "any", Layers=[arn]).invoke(7).answer["said"] == 7


@posix
def test_a_package_made_by_the_lab_lets_only_the_bootstrap_be_executed(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(package({"bootstrap": "#!/bin/sh", "data": "x"}))) as archive:
        modes = {info.filename: stat.S_IMODE(info.external_attr >> 16) for info in archive.infolist()}
    assert modes == {"bootstrap": 0o755, "data": 0o644}


# -- versions, and what is not there ---------------------------------------------------------------------------------


@pytest.mark.parametrize("runtime", ["java21", "ruby3.3", "dotnet8", "go1.x"])
def test_a_runtime_that_the_lab_does_not_have_is_refused_when_it_is_called(create: Create, runtime: str) -> None:
    function = create({"x": ""}, runtime, "x.y")
    with pytest.raises(ClientError) as refused:
        function.invoke()
    assert refused.value.response["Error"]["Code"] == "InvalidRuntimeException"
    assert f"it has no runtime {runtime}" in refused.value.response["Error"]["Message"]


def test_another_python_than_the_configured_one_is_told_where_the_log_names_the_version(create: Create) -> None:
    source = "import sys\ndef handler(event, context):\n    return list(sys.version_info[:2])"
    other = "python3.13" if programs.PYTHON != "python3.13" else "python3.12"
    result = create({"app.py": source}, other, "app.handler").invoke()
    assert result.answer == list(sys.version_info[:2])
    note = f"lambdalab: the function asks for {other}, this machine runs it with {programs.PYTHON}"
    assert f"INIT_START Runtime Version: {programs.PYTHON.replace('python', 'python:')}\t{note}\n" in result.log
    same = create({"app.py": source}, programs.PYTHON, "app.handler").invoke()
    assert f"INIT_START Runtime Version: {programs.PYTHON.replace('python', 'python:')}\n" in same.log
