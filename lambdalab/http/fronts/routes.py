"""Which stage and which route of an HTTP API a request goes to.

On AWS a path whose first part is the name of a stage goes to that stage, any other to $default. There the route that
fits best is chosen: a full match before one with a variable, a variable before a greedy one such as {proxy+}, and
$default when nothing fits; a method before ANY. Here this is two plain functions. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html; lesson 06. Unsure: paths that
end in a slash, which here fit only a route that ends in one.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from lambdalab.cloud.http_stages import HttpApi, HttpRoute, HttpStage

DEFAULT = "$default"


def choose_stage(api: HttpApi, path: str) -> tuple[HttpStage, str] | None:
    """The stage, and what of the path is left for its routes; None when no stage takes it."""
    first, _, rest = path.removeprefix("/").partition("/")
    named = api.stages.get(unquote(first)) if first != DEFAULT else None
    if named:
        return named, f"/{rest}"
    default = api.stages.get(DEFAULT)
    return (default, path) if default else None


def choose_route(routes: Sequence[HttpRoute], method: str, path: str) -> tuple[HttpRoute, dict[str, str]] | None:
    """The route, and what its variables stand for; None when no route fits."""
    fitting = []
    for route in routes:
        wanted, _, template = route.key.partition(" ")
        if wanted in (method, "ANY") and (variables := _fit(template, path)) is not None:
            fitting.append(((*_width(template), wanted == "ANY"), route, variables))
    if fitting:
        _, route, variables = min(fitting, key=lambda one: one[0])
        return route, variables
    return next(((route, {}) for route in routes if route.key == DEFAULT), None)


def _fit(template: str, path: str) -> dict[str, str] | None:
    """The variables of a template, if the path fits it."""
    parts, given = template.split("/")[1:], path.split("/")[1:]
    variables: dict[str, str] = {}
    for number, part in enumerate(parts):
        if part.startswith("{") and part.endswith("+}"):
            rest = "/".join(given[number:])
            return {**variables, part[1:-2]: unquote(rest)} if rest else None
        if number >= len(given):
            return None
        if part.startswith("{") and part.endswith("}"):
            if not given[number]:
                return None
            variables[part[1:-1]] = unquote(given[number])
        elif part != unquote(given[number]):
            return None
    return variables if len(parts) == len(given) else None


def _width(template: str) -> tuple[int, ...]:
    """How much each part of a template takes: itself 0, a variable 1, a greedy variable 2."""
    return tuple(2 if part.endswith("+}") else 1 if part.startswith("{") else 0 for part in template.split("/")[1:])


def described(routes: Sequence[HttpRoute]) -> str:
    """The routes' keys in one sentence."""
    keys = sorted(route.key for route in routes)
    return f"The routes deployed here are: {', '.join(keys)}." if keys else "No route is deployed here."


def source_arn(api: HttpApi, account: str, stage: str, method: str, route: HttpRoute) -> str:
    """The ARN that a function's policy is asked about."""
    path = route.key if route.key == DEFAULT else method + route.key.partition(" ")[2]
    return f"arn:aws:execute-api:{api.region}:{account}:{api.api_id}/{stage}/{path}"
