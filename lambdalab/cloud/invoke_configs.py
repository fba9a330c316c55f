"""Settings for asynchronous events: retries, age, destinations and dead-letter queues.

On AWS such settings belong to one name that can be called: the function as it is, one version, or one alias; only the
dead-letter queue is part of the function's configuration. moto keeps one list for all of them and checks nothing. Here
each has its own, and what AWS refuses is refused: a destination that is not there, the function itself, and one to
which the function's role may not send. Follows
https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionEventInvokeConfig.html; lesson 07. Left out: pages of the
list.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import unquote

from moto.awslambda.responses import LambdaResponse

from lambdalab.cloud.aliases import AliasBackend, AliasHands
from lambdalab.cloud.refusals import invalid, not_found, validate
from lambdalab.service.destinations import ACTIONS
from lambdalab.service.model import EventSettings

TOUCHED = {
    "moto.awslambda.models": [
        "LambdaBackend.put_function_event_invoke_config",
        "LambdaBackend.update_function_event_invoke_config",
        "LambdaBackend.get_function_event_invoke_config",
        "LambdaBackend.delete_function_event_invoke_config",
        "LambdaBackend.list_function_event_invoke_configs",
    ],
    "moto.awslambda.responses": [
        "LambdaResponse.put_function_event_invoke_config",
        "LambdaResponse.update_function_event_invoke_config",
        "LambdaResponse.get_function_event_invoke_config",
        "LambdaResponse.delete_function_event_invoke_config",
        "LambdaResponse.list_function_event_invoke_configs",
    ],
}
_METHODS = {
    **{one: f"{one}_function_event_invoke_config" for one in ("put", "update", "get", "delete")},
    "list_all": "list_function_event_invoke_configs",
}
_ITSELF = "You can't specify the function as a destination for itself."
_NOTHING = "You must specify at least one of error handling or destination setting."
_ON_SUCCESS = {"lambda", "sqs", "sns", "events"}
_DEAD_LETTERS = {"sqs": "SendMessage on SQS", "sns": "Publish on SNS"}
"""What can be a dead-letter queue, and how AWS names what its function's role must allow."""


class DestinationHands(AliasHands, Protocol):
    """Who knows what there is, and what a role may send to."""

    def exists(self, arn: str) -> bool: ...

    def may_send(self, role_arn: str, function: str, arn: str) -> bool: ...


class InvokeConfigBackend(AliasBackend):
    """The part of the control plane that keeps settings for asynchronous events."""

    hands: DestinationHands

    @property
    def _configs(self) -> dict[tuple[str, str], dict[str, Any]]:
        """By the function's name and the qualifier."""
        kept: dict[tuple[str, str], dict[str, Any]] = self.__dict__.setdefault("invoke_configs", {})
        return kept

    def put_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any], qualifier: str | None = None
    ) -> dict[str, Any]:
        return self._keep("PutFunctionEventInvokeConfig", function_name, qualifier, config, {})

    def update_function_event_invoke_config(
        self, function_name: str, config: dict[str, Any], qualifier: str | None = None
    ) -> dict[str, Any]:
        key, arn = self._named(function_name, qualifier)
        before = self._config(key, arn)
        return self._keep("UpdateFunctionEventInvokeConfig", function_name, qualifier, config, before)

    def _keep(
        self, operation: str, name: str, qualifier: str | None, config: Mapping[str, Any], before: Mapping[str, Any]
    ) -> dict[str, Any]:
        given = {key: value for key, value in config.items() if value is not None}
        validate(operation, given)
        key, arn = self._named(name, qualifier)
        if not given:
            raise invalid(_NOTHING)
        self._check(key[0], given.get("DestinationConfig") or {})
        kept = {**before, **given, "FunctionArn": arn, "LastModified": round(time.time(), 3)}
        kept.setdefault("DestinationConfig", {})
        kept["DestinationConfig"] = {"OnSuccess": {}, "OnFailure": {}, **kept["DestinationConfig"]}
        self._configs[key] = kept
        return kept

    def _check(self, name: str, destinations: Mapping[str, Any]) -> None:
        """Refuse destinations that cannot be."""
        function = self.get_function(name)
        for when in ("OnSuccess", "OnFailure"):
            arn = (destinations.get(when) or {}).get("Destination")
            if not arn:
                continue
            service = arn.split(":")[2]
            if service == "lambda" and ":".join(arn.split(":")[:7]) == _plain(function.function_arn):
                raise invalid(_ITSELF)
            if service not in (ACTIONS if when == "OnFailure" else _ON_SUCCESS) or not self.hands.exists(arn):
                raise invalid(f"The destination ARN {arn} is invalid.")
            if not self.hands.may_send(function.role, name, arn):
                action = ACTIONS[service][0].partition(":")[2]
                text = f"The function's execution role does not have permissions to call {action} on {arn}"
                raise invalid(text)

    def _check_dead_letters(self, name: str, settings: Mapping[str, Any]) -> None:
        """Refuse what cannot be a dead-letter queue: no queue or topic, a FIFO one, one that the role may not use."""
        arn = (settings.get("DeadLetterConfig") or {}).get("TargetArn")
        if not arn:
            return
        service = arn.split(":")[2]
        if service not in _DEAD_LETTERS:
            raise invalid("Invalid dead letter queue ARN: it must be the ARN of an SQS queue or an SNS topic")
        if arn.endswith(".fifo"):
            what = {"sqs": "SQS queue", "sns": "SNS topic"}[service]
            text = f"Invalid dead letter queue ARN: FIFO {what} is not supported for dead letter configuration"
            raise invalid(text)
        if not self.hands.exists(arn):  # AWS's words for this are not known
            raise invalid(f"Invalid dead letter queue ARN: {arn} does not exist")
        if not self.hands.may_send(settings["Role"], self._read(name)[0], arn):
            what = _DEAD_LETTERS[service]
            raise invalid(f"The provided execution role does not have permissions to call {what}")

    def get_function_event_invoke_config(self, function_name: str, qualifier: str | None = None) -> dict[str, Any]:
        return self._config(*self._named(function_name, qualifier))

    def delete_function_event_invoke_config(self, function_name: str, qualifier: str | None = None) -> None:
        key, arn = self._named(function_name, qualifier)
        self._config(key, arn)
        del self._configs[key]

    def list_function_event_invoke_configs(self, function_name: str) -> dict[str, Any]:
        name = self._named(function_name, None)[0][0]
        return {"FunctionEventInvokeConfigs": [one for (owner, _), one in self._configs.items() if owner == name]}

    def event_settings(self, name: str, qualifier: str | None) -> EventSettings:
        """What is set by this name and qualifier, and Lambda's own values for the rest."""
        kept = self._configs.get((name, qualifier or "$LATEST"), {})
        to = {when: (one or {}).get("Destination") or "" for when, one in kept.get("DestinationConfig", {}).items()}
        usual = EventSettings()
        return EventSettings(
            int(kept.get("MaximumRetryAttempts", usual.retries)),
            float(kept.get("MaximumEventAgeInSeconds", usual.oldest)),
            to.get("OnSuccess", ""),
            to.get("OnFailure", ""),
        )

    def forget_settings(self, name: str) -> None:
        """The function was deleted."""
        for key in [key for key in self._configs if key[0] == name]:
            del self._configs[key]

    def _config(self, key: tuple[str, str], arn: str) -> dict[str, Any]:
        if key not in self._configs:
            raise not_found(f"The function {arn} doesn't have an EventInvokeConfig")
        return self._configs[key]

    def _named(self, name: str, qualifier: str | None) -> tuple[tuple[str, str], str]:
        """The key and the whole ARN; refuses a function, version or alias that is not there."""
        plain, which = self._read(name, qualifier)
        function = self.get_function(plain)
        which = which or "$LATEST"
        if which != "$LATEST" and which not in [alias.name for alias in self.list_aliases(plain)]:
            self.get_function(plain, which)
        return (plain, which), f"{_plain(function.function_arn)}:{which}"


def _plain(arn: str) -> str:
    """A function's ARN without its qualifier."""
    return ":".join(arn.split(":")[:7])


def install() -> None:
    """Put our answers in moto's places."""
    for ours in (put, update, get, delete, list_all):
        setattr(LambdaResponse, _METHODS[ours.__name__], ours)


def _asked(response: Any, parts: int) -> tuple[str, str | None]:
    """The function's name in the path, and the qualifier in the query."""
    return unquote(response.path.rstrip("/").split("/")[-parts]), response.querystring.get("Qualifier", [None])[0]


def put(response: Any) -> str:
    """PutFunctionEventInvokeConfig: what is not given is Lambda's own value again."""
    name, qualifier = _asked(response, 2)
    wanted = json.loads(response.body or "{}")
    return json.dumps(response.backend.put_function_event_invoke_config(name, wanted, qualifier))


def update(response: Any) -> str:
    """UpdateFunctionEventInvokeConfig: what is not given stays."""
    name, qualifier = _asked(response, 2)
    wanted = json.loads(response.body or "{}")
    return json.dumps(response.backend.update_function_event_invoke_config(name, wanted, qualifier))


def get(response: Any) -> str:
    """GetFunctionEventInvokeConfig."""
    return json.dumps(response.backend.get_function_event_invoke_config(*_asked(response, 2)))


def delete(response: Any) -> tuple[int, dict[str, Any], str]:
    """DeleteFunctionEventInvokeConfig."""
    response.backend.delete_function_event_invoke_config(*_asked(response, 2))
    return 204, {}, ""


def list_all(response: Any) -> str:
    """ListFunctionEventInvokeConfigs."""
    return json.dumps(response.backend.list_function_event_invoke_configs(_asked(response, 3)[0]))
