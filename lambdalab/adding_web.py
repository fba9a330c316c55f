"""Giving a function a web address the way AWS's console does: a function URL, or a REST API.

Both let the visitors in: a URL needs two statements in the function's policy, an API one. AWS's console writes them
with its button, boto3 does not. Here the same calls are made, each only where it is missing, so a cell may be run
again. Left out: routes. The REST API gets one resource, `{proxy+}`, which takes every path below its stage; AWS's
console makes one that is named after the function.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lambdalab.console.recorder import Call, Recorder
from lambdalab.letting_in import INVOKE, let_in, place

STAGE = "prod"
_PATH = "{proxy+}"
_URL_CONTEXTS = {
    "lambda:InvokeFunctionUrl": {"lambda:FunctionUrlAuthType": "NONE"},
    INVOKE: {"lambda:InvokedViaFunctionUrl": "true"},
}

_DOES = {
    "create_function_url_config": "an address, with AuthType {AuthType}",
    "create_rest_api": "an API with nothing in it",
    "create_resource": "every path below the root: {pathPart}",
    "put_method": "every method: {httpMethod}",
    "put_integration": "what answers: the function",
    "add_permission": "{Principal} may do {Action}",
    "create_deployment": "all this goes into service, as the stage {stageName}",
}


def listed(calls: Sequence[Call]) -> list[str]:
    """The calls in short, a line each: the method, and what it does."""
    width = max(len(call.method) for call in calls)
    return [f"  {call.method:<{width}}  {_does(call)}" for call in calls]


def _does(call: Call) -> str:
    what = _DOES[call.method].format(**call.arguments).replace("* may", "everybody may")
    return what + (", through the URL" if call.arguments.get("InvokedViaFunctionUrl") else "")


def function_url(recorder: Recorder, function_arn: str) -> str:
    """Give a function or an alias a URL that everybody may call.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html; lesson 06.

    Raises:
        botocore.exceptions.ClientError: AWS refuses.
    """
    functions = recorder.client("lambda")
    with recorder.looking():
        try:
            functions.get_function_url_config(**place(function_arn))
            there = True
        except functions.exceptions.ResourceNotFoundException:
            there = False
    if not there:
        functions.create_function_url_config(**place(function_arn), AuthType="NONE")
    for action, context in _URL_CONTEXTS.items():
        let_in(recorder, function_arn, "*", action=action, context=context)
    return f"Everybody may call {_name(function_arn)} at its function URL"


def rest_api(recorder: Recorder, function_arn: str, name: str) -> str:
    """Make a REST API that passes every request below its stage to a function, in format 1.0.

    Follows https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html; lesson
    06. An API of this name that is there already gets what it lacks, and is deployed again.

    Raises:
        botocore.exceptions.ClientError: AWS refuses.
    """
    gateway = recorder.client("apigateway")
    region, account = function_arn.split(":")[3:5]
    with recorder.looking():
        found = next((api["id"] for api in gateway.get_rest_apis(limit=500)["items"] if api["name"] == name), None)
    api = found or gateway.create_rest_api(name=name)["id"]
    changed = _integrated(recorder, api, f"arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function_arn}")
    let_in(recorder, function_arn, "apigateway.amazonaws.com", f"arn:aws:execute-api:{region}:{account}:{api}/*")
    with recorder.looking():
        stages = [stage["stageName"] for stage in gateway.get_stages(restApiId=api)["item"]]
    if changed or STAGE not in stages:
        gateway.create_deployment(restApiId=api, stageName=STAGE)
    return f"The REST API {name} passes every request below its stage {STAGE} to {_name(function_arn)}"


def _integrated(recorder: Recorder, api: str, function_uri: str) -> bool:
    """Let the API's one resource call the function; whether anything had to be done."""
    gateway = recorder.client("apigateway")
    wanted = f"{function_uri}/invocations"
    with recorder.looking():
        resources = {one["path"]: one for one in gateway.get_resources(restApiId=api, limit=500)["items"]}
    greedy: dict[str, Any] = resources.get(f"/{_PATH}") or gateway.create_resource(
        restApiId=api, parentId=resources["/"]["id"], pathPart=_PATH
    )
    where = {"restApiId": api, "resourceId": greedy["id"], "httpMethod": "ANY"}
    method = greedy.get("resourceMethods", {}).get("ANY")
    if method is None:
        gateway.put_method(**where, authorizationType="NONE")
    else:
        with recorder.looking():
            method = gateway.get_method(**where)
    if method is not None and method.get("methodIntegration", {}).get("uri") == wanted:
        return False
    gateway.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=wanted)
    return True


def _name(function_arn: str) -> str:
    return ":".join(function_arn.split(":")[6:])
