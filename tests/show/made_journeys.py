"""Journeys for tests: steps and invocations at given milliseconds, put together as those of a real journal."""

from __future__ import annotations

from lambdalab.clock import Jump
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation, Report
from lambdalab.observe.traces import Trace
from lambdalab.observe.tracks import build

BEGAN = 1_700_000_000.0
ACCOUNT = "000000000000"
ROOT = "1-00000000-000000000000000000000002"


def arn(service: str, name: str) -> str:
    return f"arn:aws:{service}:::{name}" if service == "s3" else f"arn:aws:{service}:us-east-1:{ACCOUNT}:{name}"


class Story:
    """What a journal and a history would hold of one event; each method gives the span of what it added."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.invocations: list[Invocation] = []
        self.jumps: list[Jump] = []

    def _step(self, kind: str, name: str, began: float, ended: float, parent: str, **told: object) -> str:
        span = f"s{len(self.steps)}"
        moments = (BEGAN + began / 1000, BEGAN + ended / 1000)
        self.steps.append(Step(kind, name, *moments, ROOT, span, parent, **told))  # type: ignore[arg-type]
        return span

    def request(self, name: str, at: float, *, by: str = "", took: float = 4, about: str = "", **told: object) -> str:
        service = name.partition(":")[0]
        target = arn(service, about) if about else ""
        return self._step("request", name, at, at + took, by, target=target, **told)

    def front(self, name: str, ended: float, function: str) -> str:
        """A web front passed a request on, and answered."""
        target = arn("lambda", f"function:{function}")
        subject = name.partition(" ")[2]
        return self._step("delivery", f"http:{name}", 0, ended, "", target=target, subject=subject, status=200)

    def delivery(
        self, name: str, at: float, source: str, target: str, *, by: str, subject: str = "", **told: object
    ) -> str:
        ends = {"source": arn(*source.split("/", 1)), "target": target and arn(*target.split("/", 1))}
        return self._step("delivery", name, at, at + 0.5, by, subject=subject, **ends, **told)

    def run(
        self, name: str, at: float, ms: float, *, by: str, init: float | None = None, waited: bool = False,
        error: str | None = None, attempt: int = 1, event: str = "", source: str = "invoke",
    ) -> str:  # fmt: skip
        span = f"i{len(self.invocations)}"
        request = f"{event or span}-request"
        begins = BEGAN + (at + (init or 0)) / 1000
        report = Report(request, ms, 128, 40, init)
        self.invocations.append(
            Invocation(
                request, name, "$LATEST", source, "RequestResponse" if waited else "Event", attempt, begins + ms / 1000,
                1, 4711, error_type=error, error_message=error and "no", report=report, trace=ROOT, span=span,
                parent=by, began=begins,
            )
        )  # fmt: skip
        return span

    def turned_away(self, name: str, at: float, *, by: str) -> None:
        self.invocations.append(
            Invocation(
                f"{name}-away", name, "$LATEST", "invoke", "Event", 1, BEGAN + at / 1000, trace=ROOT, parent=by,
                error_type="TooManyRequestsException", error_message="Rate Exceeded.",
            )
        )  # fmt: skip

    def trace(self) -> Trace:
        return build(ROOT, self.steps, self.invocations, (), self.jumps)


def shop(*, answered: float = 96, door: bool = True) -> Story:
    """The order of the mock-up: five functions, of which the customer waits for one."""
    story = Story()
    first = story.front("POST /orders", answered, "accept-order") if door else ""
    accept = story.run("accept-order", 2, answered - 6, by=first, waited=door, source="http-api:shop")
    placed = story.request("events:PutEvents", 86, by=accept, took=3)
    to_charge = story.delivery(
        "events:Event", 89, "events/rule/shop/new", "lambda/function:charge-card", by=placed, subject="OrderPlaced"
    )
    charge = story.run("charge-card", 128, 252, by=to_charge, init=140)
    to_stock = story.delivery(
        "events:Event", 89, "events/rule/shop/new", "lambda/function:reserve-stock", by=placed, subject="OrderPlaced"
    )
    story.run("reserve-stock", 130, 115, by=to_stock)
    charged = story.request("sns:Publish", 508, by=charge, took=2)
    to_mail = story.delivery(
        "sns:Notification", 510, "sns/CardCharged", "lambda/function:send-mail", by=charged, subject="m-1"
    )
    story.run("send-mail", 548, 58, by=to_mail, init=96)
    to_queue = story.delivery("sns:Notification", 510, "sns/CardCharged", "sqs/labels", by=charged, subject="m-1")
    received = story.delivery(
        "sqs:ReceiveMessage", 617, "sqs/labels", "lambda/function:print-label", by=to_queue, subject="m-1"
    )
    story.run("print-label", 618, 484, by=received)
    return story


def upload() -> Story:
    """A photo is put into a bucket; two functions follow, the second because of the first."""
    story = Story()
    put = story.request("s3:PutObject", 0, about="photos/cat.jpg")
    to_thumb = story.delivery(
        "s3:ObjectCreated:Put", 2, "s3/photos", "lambda/function:thumb", by=put, subject="cat.jpg"
    )
    thumb = story.run("thumb", 12, 80, by=to_thumb, init=120)
    again = story.request("s3:PutObject", 190, by=thumb, about="small/cat.jpg")
    to_label = story.delivery(
        "s3:ObjectCreated:Put", 192, "s3/small", "lambda/function:label", by=again, subject="cat.jpg"
    )
    story.run("label", 200, 60, by=to_label, init=100)
    return story


def retried(*, turned: bool) -> Story:
    """The mail fails twice and works at the third attempt: the clock is turned, or the minutes go by."""
    story = shop()
    story.invocations = [one for one in story.invocations if one.function != "send-mail"]
    story.run("send-mail", 548, 58, by="s5", init=96, error="ValueError", event="mail")
    story.run("send-mail", 60_800, 40, by="s5", attempt=2, error="ValueError", event="mail")
    story.run("send-mail", 180_900, 45, by="s5", attempt=3, event="mail")
    if turned:
        story.jumps += [Jump(BEGAN + 1.3, 59.4), Jump(BEGAN + 60.95, 119.8)]
    return story


def broken() -> Story:
    """One listener is denied, one is turned away, and one event is heard by nobody."""
    story = shop()
    accept = "i0"
    told = story.request("events:PutEvents", 70, by=accept)
    story.delivery(
        "events:Event", 74, "events/rule/shop/all", "lambda/function:tell-boss", by=told, subject="OrderPlaced",
        outcome="denied", reason="no permission",
    )  # fmt: skip
    away = story.delivery(
        "events:Event", 74, "events/rule/shop/all", "lambda/function:count", by=told, subject="OrderPlaced"
    )
    story.turned_away("count", 140, by=away)
    published = story.request("sns:Publish", 60, by=accept)
    story.delivery("sns:Notification", 61, "sns/Weather", "sns/nobody", by=published, subject="m-2")
    return story


def delivered() -> Story:
    """A message lies in a queue that no function reads."""
    story = shop()
    story.invocations = [one for one in story.invocations if one.function != "print-label"]
    story.steps = [step for step in story.steps if step.name != "sqs:ReceiveMessage"]
    return story


def poisoned() -> Story:
    """The label cannot be printed: its message comes back twice more, and is moved to the dead letters."""
    story = delivered()
    for at in (617, 30_640, 60_660):
        told = {"by": "s6", "subject": "m-1"}
        came = story.delivery(
            "sqs:ReceiveMessage", at, "sqs/labels", "lambda/function:print-label", outcome="returned", **told
        )
        story.run("print-label", at + 1, 20, by=came, error="ValueError")
    story.delivery(
        "sqs:Redrive", 90_700, "sqs/labels", "sqs/labels-dead", by="s6", subject="m-1", outcome="dead-lettered"
    )
    story.jumps += [Jump(BEGAN + at, 29.9) for at in (0.8, 30.7, 60.75)]
    return story


def quiet_rules() -> Story:
    """Two rules of the bus do not mean the event, one is switched off, and one has no target."""
    story = shop()
    rule = {"by": "s1", "subject": "OrderPlaced"}
    story.delivery("events:Event", 89, "events/rule/shop/off", "lambda/function:off", outcome="disabled", **rule)
    story.delivery("events:Event", 89, "events/rule/shop/loyalty", "", outcome="untargeted", **rule)
    for name in ("refund", "audit"):
        target = f"lambda/function:{name}"
        story.delivery(
            "events:Event", 89, "events/rule/shop/x", target, by="s1", subject="OrderPlaced", outcome="filtered"
        )
    return story


def waiting() -> Story:
    """An event stands in the function's own queue still."""
    story = shop()
    story.invocations = [one for one in story.invocations if one.function != "print-label"]
    return story


def fan_out(many: int, *, name: str = "listener") -> Story:
    """One event, many listeners, one after the other."""
    story = Story()
    first = story.front("POST /orders", 40, "accept")
    accept = story.run("accept", 2, 36, by=first, waited=True, source="http-api:shop")
    sent = story.request("events:PutEvents", 20, by=accept)
    for number in range(many):
        target = f"lambda/function:{name}-{number}"
        came = story.delivery("events:Event", 24, "events/rule/shop/new", target, by=sent, subject="OrderPlaced")
        story.run(f"{name}-{number}", 50 + 7 * number, 60, by=came, init=30 if number % 4 else None)
    return story


def chain(many: int, *, pause: float = 20) -> Story:
    """Each function publishes to the next one's topic."""
    story = Story()
    by, at = story.request("sns:Publish", 0, about="t0"), 4.0
    for number in range(many):
        to = f"lambda/function:step-{number}"
        came = story.delivery("sns:Notification", at, f"sns/Step{number}Done", to, by=by, subject="m")
        run = story.run(f"step-{number}", at + pause, 30, by=came)
        by, at = story.request("sns:Publish", at + pause + 25, by=run, took=2), at + pause + 27
    return story


def scheduled() -> Story:
    """Nobody waits: a schedule starts one function, which calls another."""
    story = Story()
    came = story.delivery(
        "events:Event", 0, "events/rule/nightly", "lambda/function:clean-up", by="", subject="Scheduled Event"
    )
    clean = story.run("clean-up", 8, 90, by=came, init=200)
    call = story.request("lambda:Invoke", 250, by=clean, about="function:report")
    story.run("report", 262, 30, by=call)
    return story


STORIES: dict[str, Story] = {
    "shop": shop(),
    "upload": upload(),
    "slow answer": shop(answered=1400),
    "nobody waits": shop(door=False),
    "retried": retried(turned=True),
    "retried, real minutes": retried(turned=False),
    "broken": broken(),
    "waiting": waiting(),
    "delivered": delivered(),
    "poisoned": poisoned(),
    "quiet rules": quiet_rules(),
    "fan-out": fan_out(6),
    "many listeners": fan_out(40),
    "chain": chain(7),
    "quick chain": chain(9, pause=0.2),
    "long chain": chain(60),
    "chain of hours": chain(6, pause=1_200_000),
    "scheduled": scheduled(),
    "long names": fan_out(3, name="a-listener-with-a-name-that-nobody-can-say-in-one-breath"),
}  # fmt: skip
JOURNEYS = {name: story.trace() for name, story in STORIES.items()}
