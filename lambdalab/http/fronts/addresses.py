"""Every web address of the lab, put together: function URLs, HTTP APIs and REST APIs.

On AWS Lambda and API Gateway keep them apart. Here one object opens an address when the cloud says that there is
something to call, puts a new front behind it when that changes, and closes it when it is gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from lambdalab.cloud.http_stages import HttpApi
from lambdalab.cloud.rest_stages import RestStage
from lambdalab.http.door import Door
from lambdalab.http.fronts.front import Fronts
from lambdalab.http.fronts.http_apis import HttpApiFront
from lambdalab.http.fronts.rest_apis import Gateway, RestApis
from lambdalab.http.fronts.url_configs import FunctionUrls
from lambdalab.service.lambdas import LambdaService


class Addresses:
    """Opens and closes what the cloud says (lesson 06)."""

    def __init__(self, service: LambdaService, policies: Gateway, door: Door) -> None:
        self._service, self._policies, self._door = service, policies, door
        self._fronts = Fronts()
        self.urls = FunctionUrls(self._fronts, service, policies, door)
        self._http: dict[str, tuple[HttpApi, str]] = {}
        self.rest = RestApis(self._fronts, service, policies, door)

    def function_deleted(self, function_arn: str) -> None:
        self.urls.function_deleted(function_arn)

    def rest_api_deployed(self, api_id: str, name: str, stages: Mapping[str, RestStage]) -> None:
        self.rest.deployed(api_id, name, stages)

    def rest_api_deleted(self, api_id: str) -> None:
        self.rest.deleted(api_id)

    def http_api_changed(self, api: HttpApi) -> str:
        front = HttpApiFront(api, self._service, self._policies, self._door)
        address = self._fronts.open(f"http-api:{api.api_id}", front)
        self._http[api.api_id] = api, address
        return address

    def http_api_deleted(self, api_id: str) -> None:
        self._http.pop(api_id, None)
        self._fronts.close(f"http-api:{api_id}")

    def find(self, name: str) -> str | None:
        """Where a function or an API is called, without a slash at the end; None when there is no such address.

        Args:
            name: of a function, perhaps with an alias ("f:live"), or the id or the name of an API.
        """
        for api, address in list(self._http.values()):
            if name in (api.api_id, api.name):
                return address if "$default" in api.stages or not api.stages else f"{address}/{list(api.stages)[-1]}"
        return self.urls.address(name) or self.rest.address(name)

    def close(self) -> None:
        self._fronts.close_all()
