"""Topologies and journals that are made up, for the tests of the map."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lambdalab.observe.journal import Step
from lambdalab.topology import BROKEN, DID, MAY, NOT_REACHED, Arrow, Node, Topology

YOU = "you"
STUDENT = "arn:aws:iam::123456789012:user/student"
REGION = "eu-central-1"
DENIED = "no statement of the policy lets s3.amazonaws.com do lambda:InvokeFunction for arn:aws:s3:::photos"
NAMES_NONE = "no statement names s3.amazonaws.com"
ALLOWS = "allow s3.amazonaws.com from photos (statement s3)"


def bucket(name: str, region: str = REGION) -> Node:
    return Node("bucket", name, f"arn:aws:s3:::{name}", region)


def function(name: str, region: str = REGION) -> Node:
    return Node("function", name, f"arn:aws:lambda:{region}:123456789012:function:{name}", region)


def other(kind: str, name: str) -> Node:
    service = {"queue": "sqs", "dead letters": "sqs", "topic": "sns", "table": "dynamodb", "bus": "events"}[kind]
    part = {"table": "table/", "bus": "event-bus/"}.get(kind, "")
    return Node(kind, name, f"arn:aws:{service}:{REGION}:123456789012:{part}{name}", REGION)


PERSON = Node("person", "you", YOU, note="put_object")
PHOTOS, THUMBNAILS, MAKE = bucket("photos"), bucket("thumbnails"), function("make-thumbnail")
SESSION = "arn:aws:sts::123456789012:assumed-role/lambdalab-role/make-thumbnail"


def arrow(
    source: Node, target: Node, label: str = "", state: str = MAY, reason: str = "", statement: str = ""
) -> Arrow:
    whose = target.arn if reason or statement else ""
    return Arrow(source.arn, target.arn, label, state, reason, statement, whose)


def pipeline(state: str, reason: str = "", *, behind: str = MAY, person: bool = True) -> Topology:
    """you → photos → make-thumbnail → thumbnails."""
    arrows = [
        arrow(PHOTOS, MAKE, "ObjectCreated:*, *.jpg", state, reason, "" if reason else ALLOWS),
        arrow(MAKE, THUMBNAILS, "PutObject", behind),
    ]
    nodes = [PHOTOS, THUMBNAILS, MAKE]
    if person:
        nodes, arrows = [*nodes, PERSON], [arrow(PERSON, PHOTOS, "PutObject", DID), *arrows]
    return Topology(nodes, arrows)


def step(
    name: str, source: str, target: str, at: float, trace: str, outcome: str = "ok", *, kind: str = "request",
    subject: str = "", reason: str = "", request_id: str = "",
) -> Step:  # fmt: skip
    return Step(
        kind, name, at, at + 0.1, trace, f"{at:016.3f}", source=source, target=target, subject=subject,
        outcome=outcome, reason=reason, request_id=request_id,
    )  # fmt: skip


def upload(trace: str, at: float, outcome: str = "ok", *, key: str = "cat 1.jpg", writes: bool = True) -> list[Step]:
    """What the journal holds of one upload."""
    steps = [
        step("s3:PutObject", STUDENT, f"{PHOTOS.arn}/{key}", at, trace),
        step("s3:ObjectCreated:Put", PHOTOS.arn, MAKE.arn, at + 0.01, trace, outcome, kind="delivery", subject=key,
             reason=DENIED if outcome == "denied" else ""),
    ]  # fmt: skip
    if outcome == "ok":
        steps.append(step("s3:GetObject", SESSION, f"{PHOTOS.arn}/{key}", at + 0.02, trace))
    if outcome == "ok" and writes:
        steps.append(step("s3:PutObject", SESSION, f"{THUMBNAILS.arn}/{key}", at + 0.03, trace))
    return steps


RULE = step("s3:PutBucketNotificationConfiguration", STUDENT, PHOTOS.arn, 1, "r1")
ALLOW = step("lambda:AddPermission", STUDENT, MAKE.arn, 3, "r2")
TAKE_AWAY = step("lambda:RemovePermission", STUDENT, MAKE.arn, 1.5, "r3")
STORY = [RULE, *upload("u1", 2, "denied"), ALLOW, *upload("u2", 4)]


def chain(nodes: Sequence[Node], state: str = DID) -> Topology:
    return Topology(nodes, [arrow(a, b, "an event", state) for a, b in pairwise(nodes)])


EIGHT = [
    PERSON, bucket("incoming-photos"), function("make-thumbnail"), other("topic", "photo-ready"),
    other("queue", "photo-work"), function("write-index"), other("table", "photos-by-owner"),
    function("count-photos-of-each-owner"),
]  # fmt: skip
FAN = [bucket("orders"), *(function(f"function-{letter}") for letter in "abcdef")]
LOOP = Topology(
    [PERSON, PHOTOS, MAKE],
    [arrow(PERSON, PHOTOS, "PutObject", DID), arrow(PHOTOS, MAKE, "ObjectCreated:*", DID, statement=ALLOWS),
     arrow(MAKE, PHOTOS, "PutObject", DID)],
)  # fmt: skip
LOOPING = [
    step("s3:PutObject", STUDENT, f"{PHOTOS.arn}/a.jpg", 0, "l"),
    *(
        each
        for n in range(16)
        for each in (
            step("s3:ObjectCreated:Put", PHOTOS.arn, MAKE.arn, n + 0.1, "l", kind="delivery", subject="a.jpg"),
            step("s3:PutObject", SESSION, f"{PHOTOS.arn}/a.jpg", n + 0.2, "l"),
        )
    ),
    step("s3:ObjectCreated:Put", PHOTOS.arn, MAKE.arn, 17, "l", "stopped", kind="delivery", subject="a.jpg",
         reason="make-thumbnail has run 16 times in this chain"),
]  # fmt: skip
API = Node("api", "shop", "arn:aws:execute-api:eu-central-1:123456789012:a1b2", REGION)
ITEMS, LIST = other("table", "items"), function("list-items")
VISITED = Topology(
    [PERSON, API, LIST, ITEMS],
    [arrow(PERSON, API, "GET /items", DID), arrow(API, LIST, "GET /items", DID, statement="allow …"),
     arrow(LIST, ITEMS, "Query", DID)],
)  # fmt: skip
VISITS = [
    step("http:GET /items", f"{API.arn}/$default/GET/items", LIST.arn, 1, "v", "failed", kind="delivery",
         subject="/items", reason="the function failed: KeyError: 'id'", request_id="r"),
    step("dynamodb:Query", SESSION.replace("make-thumbnail", "list-items"), ITEMS.arn, 1.1, "v"),
]  # fmt: skip
LONG = bucket("a-bucket-with-a-name-that-is-as-long-as-names-of-buckets-can-be")
DIAMOND = [bucket("in"), function("left"), function("right"), other("queue", "work"), function("last")]

MAPS: dict[str, tuple[Topology, Sequence[Step]]] = {
    "none": (Topology(), ()),
    "one": (Topology([PHOTOS]), ()),
    "unconnected": (Topology([PHOTOS, THUMBNAILS, MAKE, function("other")]), ()),
    "wired": (pipeline(MAY, person=False), ()),
    "broken": (pipeline(BROKEN, NAMES_NONE, behind=NOT_REACHED, person=False), ()),
    "denied": (pipeline(BROKEN, NAMES_NONE, behind=NOT_REACHED), [RULE, TAKE_AWAY, *upload("u1", 2, "denied")]),
    "story": (pipeline(DID, behind=DID), STORY),
    "filtered": (
        pipeline(MAY),
        [
            step("s3:PutObject", STUDENT, f"{PHOTOS.arn}/a.JPG", 1, "f"),
            step("s3:ObjectCreated:Put", PHOTOS.arn, MAKE.arn, 1.1, "f", "filtered", kind="delivery", subject="a.JPG",
                 reason='the rule is for keys that end with ".jpg", and this one is "a.JPG"; case counts'),
        ],
    ),
    "loop": (LOOP, LOOPING),
    "visited": (VISITED, VISITS),
    "eight": (chain(EIGHT), ()),
    "nine": (chain([*EIGHT, other("dead letters", "dead")]), ()),
    "fan": (Topology(FAN, [arrow(FAN[0], node, "ObjectCreated:*", statement=ALLOWS) for node in FAN[1:]]), ()),
    "skips": (
        Topology(EIGHT[:4], [*chain(EIGHT[:4]).arrows, arrow(EIGHT[0], EIGHT[2], "Invoke", DID),
                             arrow(EIGHT[0], EIGHT[3], "Publish")]),
        (),
    ),
    "diamond": (
        Topology(DIAMOND, [arrow(DIAMOND[0], DIAMOND[1], "*.jpg"), arrow(DIAMOND[0], DIAMOND[2], "*.csv"),
                           arrow(DIAMOND[1], DIAMOND[3], "on success", BROKEN, "the role r allows no sqs:SendMessage"),
                           arrow(DIAMOND[2], DIAMOND[3], "SendMessage"),
                           arrow(DIAMOND[3], DIAMOND[4], "batches of 10")]),
        (),
    ),
    "long": (chain([LONG, function("f" * 64), other("table", "t" * 200)]), ()),
    "two regions": (chain([bucket("here", "us-east-1"), function("there", "ap-southeast-2")]), ()),
}  # fmt: skip
