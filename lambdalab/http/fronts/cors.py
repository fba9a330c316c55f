"""Cross-origin requests: what a front tells a browser about pages that come from elsewhere.

A browser asks before a page of one origin may call another one, by an OPTIONS request, the preflight, and reads the
answer's headers. On AWS a function URL and an HTTP API answer it themselves when their CORS settings say so. On other
answers an API's headers replace the function's, and a URL's stand beside them: a browser refuses an answer that has one
twice. Follows https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html#urls-cors and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html; lesson 06. Unsure: the status of AWS's
own preflight answers, and whether the front's own errors carry CORS headers: here they do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lambdalab.http.fronts.front import WebAnswer, WebRequest

_PREFIX = "access-control-"


@dataclass(frozen=True)
class Cors:
    """The CORS settings of a front.

    Args:
        max_age: seconds for which a browser may remember the answer; None leaves it to the browser.
    """

    origins: Sequence[str] = ()
    methods: Sequence[str] = ()
    headers: Sequence[str] = ()
    exposed: Sequence[str] = ()
    credentials: bool = False
    max_age: int | None = None

    @classmethod
    def read(cls, settings: Mapping[str, Any] | None) -> Cors | None:
        """Those of a function URL (AllowOrigins) or an HTTP API (allowOrigins); None when there are none."""
        given = {name[:1].lower() + name[1:]: value for name, value in (settings or {}).items()}
        if not given:
            return None
        return cls(
            tuple(given.get("allowOrigins") or ()),
            tuple(given.get("allowMethods") or ()),
            tuple(given.get("allowHeaders") or ()),
            tuple(given.get("exposeHeaders") or ()),
            bool(given.get("allowCredentials")),
            given.get("maxAge"),
        )

    def preflight(self, request: WebRequest, status: int) -> WebAnswer | None:
        """The answer to a browser's question; None for any other request."""
        origin, method = request.header("origin"), request.header("access-control-request-method")
        if request.method != "OPTIONS" or origin is None or method is None:
            return None
        allowed = self._origin(origin)
        if allowed is None:
            return WebAnswer(status, [], b"")
        headers = [*self._common(allowed)]
        if self.methods:
            headers.append(("Access-Control-Allow-Methods", ",".join(self.methods)))
        if self.headers:
            headers.append(("Access-Control-Allow-Headers", ",".join(self.headers)))
        if self.max_age is not None:
            headers.append(("Access-Control-Max-Age", str(self.max_age)))
        return WebAnswer(status, headers, b"")

    def instead(self, answer: WebAnswer, request: WebRequest) -> WebAnswer:
        """The function's answer with these settings' headers in place of its own, as of an HTTP API."""
        kept = [(name, value) for name, value in answer.headers if not name.lower().startswith(_PREFIX)]
        return self.beside(replace(answer, headers=kept), request)

    def beside(self, answer: WebAnswer, request: WebRequest) -> WebAnswer:
        """The function's answer with these settings' headers beside its own, as of a function URL."""
        origin = request.header("origin")
        allowed = None if origin is None else self._origin(origin)
        if allowed is None:
            return answer
        exposed = [("Access-Control-Expose-Headers", ",".join(self.exposed))] if self.exposed else []
        return replace(answer, headers=[*answer.headers, *self._common(allowed), *exposed])

    def _origin(self, origin: str) -> str | None:
        """What the answer says of an origin; None when it is not allowed."""
        for pattern in self.origins:
            if pattern == "*":
                return origin if self.credentials else "*"  # a browser refuses the star together with credentials
            if pattern == origin or (pattern in ("http://*", "https://*") and origin.startswith(pattern[:-1])):
                return origin
        return None

    def _common(self, origin: str) -> list[tuple[str, str]]:
        headers = [("Access-Control-Allow-Origin", origin)]
        if origin != "*":
            headers.append(("Vary", "Origin"))
        if self.credentials:
            headers.append(("Access-Control-Allow-Credentials", "true"))
        return headers
