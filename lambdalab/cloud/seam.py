"""The seam: with the other modules of this folder, all that touches moto's insides.

moto holds every resource; it does not run functions, nor does it check what AWS checks. Lambda's control plane, buckets
and APIs have modules of their own, which are put in place here, and the rest of moto is given names. moto calls us
inside the producer's request, so nothing here runs a function: it only hands over. Each of these modules lists in
`TOUCHED` every name of moto's that it uses; a contract test compares the lists with what moto has.
"""

from __future__ import annotations

from typing import Any, Protocol

from moto.iam.models import iam_backends
from moto.logs.models import logs_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto.sts.models import sts_backends

from lambdalab.cloud import (
    alarms,
    answers,
    buckets,
    control,
    descriptions,
    event_buses,
    event_rules,
    http_apis,
    listings,
    mappings,
    motos_time,
    queues,
    registry,
    rest_apis,
    roles,
    scheduler,
    schedules,
    streams,
    topics,
)
from lambdalab.keys import ACCOUNT, Key

TOUCHED = {
    "moto.logs.models": ["logs_backends", "LogGroup.put_log_events", "LogsBackend.create_log_stream"],
    "moto.iam.models": ["iam_backends"],
    "moto.sts.models": ["sts_backends"],
    "moto.moto_server.werkzeug_app": ["DomainDispatcherApplication", "MotoRequestHandler", "create_backend_app"],
}


class Hands(
    control.FunctionHands,
    buckets.BucketHands,
    topics.TopicHands,
    event_buses.BusHands,
    rest_apis.ApiHands,
    http_apis.HttpApiHands,
    Protocol,
):
    """Who takes what moto hands over."""


class ReadingHands(mappings.MappingHands, queues.QueueHands, streams.StreamHands, Protocol):
    """Who takes what happens to that which Lambda reads by itself."""


class ClockHands(schedules.ScheduleHands, scheduler.SchedulerHands, alarms.AlarmHands, Protocol):
    """Who takes what happens by the clock."""


def install(hands: Hands, clockwork: ClockHands, reading: ReadingHands) -> None:
    """Put our classes and functions in moto's places, before moto makes its first backend."""
    motos_time.install(hands.now)
    descriptions.install()
    control.install(hands)
    buckets.install(hands)
    listings.install()
    topics.install(hands)
    event_buses.install(hands)
    event_rules.install()
    rest_apis.install(hands)
    http_apis.install(hands)
    schedules.install(clockwork)
    scheduler.install(clockwork)
    alarms.install(clockwork)
    mappings.install(reading)
    queues.install(reading)
    streams.install(reading)
    answers.install()
    roles.install()
    registry.install()


def wsgi() -> Any:
    """moto's server as a WSGI application, and the request handler that keeps header names as S3 needs them."""
    return DomainDispatcherApplication(create_backend_app)


RequestHandler = MotoRequestHandler


def write_log(region: str, group: str, stream: str, events: list[dict[str, Any]]) -> None:
    """Append to a log stream, making group and stream when they are new, as Lambda's own role does."""
    backend = logs_backends[ACCOUNT][region]
    if group not in backend.groups:
        backend.create_log_group(group, {})
    if stream not in backend.groups[group].streams:
        backend.create_log_stream(group, stream)
    backend.groups[group].put_log_events(stream, events)


def key_of(access_key_id: str) -> Key | None:
    """A key that a student made through IAM or STS."""
    for user in iam_backends[ACCOUNT]["aws"].users.values():
        for made in user.access_keys:
            if made.access_key_id == access_key_id:
                return Key(access_key_id, made.secret_access_key, user.arn)
    role = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(access_key_id)
    if role:
        return Key(access_key_id, role.secret_access_key, role.arn, role.session_token)
    return None
