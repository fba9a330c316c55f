"""The gallery of events: `docs/events.md`, each event with the call that makes it and what breaks handlers.

On AWS the shapes of events are spread over the pages of many services. Here one page is written by the builders
themselves, so that it cannot differ from what the lab sends. Run `python -m lambdalab.teach.events_gallery` after a
change of `lambdalab/events`; a test says when the page is old.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from lambdalab import events
from lambdalab.events import values
from lambdalab.teach import course

PAGE = Path("docs/events.md")
GALLERY: tuple[tuple[str, str, str], ...] = (
    (
        "S3: an upload",
        'events.s3_put("photos", "2026/a b+ü.jpg")',
        "The key is URL-encoded, a blank is `+`. Decode it with `urllib.parse.unquote_plus` before you ask S3 for it.",
    ),
    (
        "S3: a removal",
        'events.s3_removed("photos", "a.jpg")',
        "There is no `size` and no `eTag`, and the object is gone: it cannot be read any more.",
    ),
    (
        "S3: a removal in a versioned bucket",
        'events.s3_removed("photos", "a.jpg", versioned=True)',
        "The name is another one, `ObjectRemoved:DeleteMarkerCreated`: compare the part before the colon.",
    ),
    (
        "S3: new tags",
        'events.s3_changed("ObjectTagging:Put", "photos", "a.jpg")',
        "There is no `size` and no `sequencer`. The tags are not in the event. AWS changes `eventVersion`.",
    ),
    (
        "S3: a restored object",
        'events.s3_changed("ObjectRestore:Completed", "photos", "a.jpg")',
        "The copy is there only until `lifecycleRestorationExpiryTime`.",
    ),
    (
        "S3: the test event, through a queue",
        'events.sqs_messages(events.s3_test("photos"))',
        "S3 sends it when a rule is made. Its body has no `Records`, and a handler that expects them fails.",
    ),
    (
        "S3 through EventBridge",
        'events.s3_through_eventbridge("ObjectCreated:Put", "photos", "2026/a b.jpg")',
        "One object, not a list; the key is not URL-encoded; `etag` is in lower case.",
    ),
    (
        "A queue: a batch",
        'events.sqs_messages("hello", {"order": 7})',
        "`Records` holds up to a whole batch. Each `body` is text, JSON too: read it with `json.loads`.",
    ),
    (
        "A FIFO queue",
        'events.sqs_messages("hello", group="ada")',
        "The order holds within a `MessageGroupId` only.",
    ),
    (
        "A queue: the same message again",
        'events.delivered_again(events.sqs_messages("hello"))',
        "`messageId` stays the same, the receipt does not. A handler must be able to take a message twice.",
    ),
    (
        "A topic",
        'events.sns_notification({"order": 7})',
        "Always one record. `Message` is text; `Subject` is null when the publisher gave none.",
    ),
    (
        "A table's stream",
        'events.dynamodb_changes((None, {"id": "7", "n": 1}), ({"id": "7", "n": 1}, None))',
        "Each value names its type, and numbers are texts. An INSERT has no `OldImage`, a REMOVE has no `NewImage`.",
    ),
    (
        "EventBridge: an event of your own",
        'events.eventbridge_event("shop", "OrderPlaced", {"total": 100})',
        "There are no `Records`. What happened is in `detail-type`, with a hyphen; the content is in `detail`.",
    ),
    (
        "EventBridge: a schedule",
        'events.eventbridge_schedule("every-hour")',
        "`detail` is empty. `time` is in UTC, and the moment that was planned: reckon with it, not with the clock.",
    ),
    (
        "A destination: an event that failed three times",
        'events.destination_record("charge", {"order": 7}, error="no such card")',
        "What a destination for failures gets. The event is in `requestPayload`, the error in `responsePayload`. The "
        "handler behind a queue finds all this in `body`, as text.",
    ),
    (
        "A destination: success",
        'events.destination_record("charge", {"order": 7}, answer={"paid": True})',
        "The same keys without `functionError`. `requestContext.condition` says which of the two it is.",
    ),
    (
        "EventBridge Scheduler: without an Input",
        'events.eventbridge_scheduler("nightly")',
        "`source` is another one than a rule's, and `detail` is a text, not an object. With an Input the function gets "
        "that and nothing else.",
    ),
    (
        "CloudWatch: an alarm",
        'events.cloudwatch_alarm("shop-does-not-answer")',
        "It comes for every change that the alarm has an action for: look at `alarmData.state.value` before you act. "
        "`reasonData` is JSON as text, and missing when somebody set the state by hand.",
    ),
    (
        "Function URL",
        'events.function_url_request("POST", "/items?id=7&id=8", body={"name": "Zoë"})',
        "Format 2.0: the method is in `requestContext.http`, header names are in lower case, repeated values are "
        "joined by commas, and `body` is text.",
    ),
    (
        "Function URL: a binary body",
        'events.function_url_request("POST", "/pictures", body=bytes([255, 216, 255]))',
        "`body` is base64 when `isBase64Encoded` is true: decode it first.",
    ),
    (
        "HTTP API: without a body",
        'events.http_api_request("GET", "/items/a%20b", route="/items/{id}")',
        "Format 2.0: without a body, a query or cookies their keys are missing. Path parameters are decoded.",
    ),
    (
        "REST API",
        'events.rest_api_request("GET", "/items/7?tag=a&tag=b", resource="/items/{id}")',
        "Format 1.0: every key is there, null when empty. Header names keep their case. Of repeated values the simple "
        "map keeps the last.",
    ),
)
"""Title, the call that makes the event, and what breaks handlers."""


def page() -> str:
    """The whole page as Markdown. Ids and times are the same on every run."""
    lines = [
        "# Events",
        "",
        "What a function receives, from each source. The call above an event makes it, with ids of its own, so that "
        "you can try a handler without the service:",
        "",
        "```python",
        "from lambdalab import events",
        "",
        'lab.function("thumbnails").invoke(events.s3_put("photos", "2026/a b.jpg"))',
        "```",
        "",
        "This page is made by `python -m lambdalab.teach.events_gallery`; changes by hand are lost.",
    ]
    with values.fixed():
        for title, call, breaks in GALLERY:
            event = eval(call, {"events": events})
            text = json.dumps(event, indent=2, ensure_ascii=False)
            lines += ["", f"## {title}", "", breaks, "", "```python", call, "```", ""]
            lines += ["<details><summary>The event</summary>", "", "```json", text, "```", "", "</details>"]
    return "\n".join([*lines, ""])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: writes the page if it differs."""
    parser = argparse.ArgumentParser(prog="python -m lambdalab.teach.events_gallery", description=f"Makes {PAGE}.")
    parser.add_argument("--root", type=Path, help="the project's folder (default: found upwards from here)")
    options = parser.parse_args(arguments)
    root = options.root or course.find_root()
    (root / PAGE).parent.mkdir(exist_ok=True)
    print(f"{'written  ' if course.write(root / PAGE, page()) else 'unchanged'} {PAGE.as_posix()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
