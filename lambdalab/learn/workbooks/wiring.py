"""Exercise 07.4, wire it so that nothing is lost: the lines in the student's order.

They are run in a process of their own and make queues and a mapping of the check's, for a function of the check's. Then
twenty messages are sent, and the lab's clock is turned until each of them should be done or set aside.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.errors import LabError
from lambdalab.learn import assembled
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Raised, Seen, Tried
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own import code, own_function
from lambdalab.learn.workbooks.own_queue import removed
from lambdalab.learn.workbooks.release import letters

FUNCTION, QUEUE, DEAD = "ex07_work", "ex07-work", "ex07-dead"
_WAITED = 250  # seconds: four visibility timeouts of 60 and a little
_VISIBILITY = 'work = sqs.create_queue(QueueName="{}", Attributes={{"VisibilityTimeout": "{}"}})["QueueUrl"]'
_MAPPING = f'client.create_event_source_mapping(FunctionName="{FUNCTION}", EventSourceArn=arn(work)'
LINES = {
    "A": f'client.update_function_configuration(FunctionName="{FUNCTION}", DeadLetterConfig={{"TargetArn": dead_arn}})',
    "B": 'sqs.set_queue_attributes(QueueUrl=work, Attributes={"RedrivePolicy": redrive(dead_arn)})',
    "C": f"{_MAPPING})",
    "D": "dead_arn = arn(dead)",
    "E": _VISIBILITY.format(QUEUE, 5),
    "F": f'dead = sqs.create_queue(QueueName="{DEAD}")["QueueUrl"]',
    "G": f'{_MAPPING}, FunctionResponseTypes=["ReportBatchItemFailures"])',
    "H": _VISIBILITY.format(QUEUE, 60),
}
GIVEN = """def arn(queue):
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    return asked["Attributes"]["QueueArn"]

def redrive(dead_arn):
    return json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3})
"""
_CLIENTS = 'client, sqs = boto3.client("lambda"), boto3.client("sqs")'
SOURCE = """
import time

def work(text):
    if text.endswith("poison"):
        raise ValueError("nobody can do this")
    if text.endswith("slow"):
        time.sleep(0.5)
    print("done", text)

def handler(event, context):
    failed = []
    for record in event["Records"]:
        try:
            work(record["body"])
        except ValueError:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}
"""
_NEEDS = {"A": "The function's setting needs an address", "B": "The redrive policy needs an address"}
_MAKES = {"G": "mapping", "H": "queue"}
_OWN = {FUNCTION: "ex07_work_check", QUEUE: "ex07-work-check", DEAD: "ex07-dead-check"}


def cases(rng: random.Random | None) -> Sequence[Case]:
    pick = rng or random.Random(0)
    places = pick.sample(range(20), 2)

    def run(work: Work) -> Seen:
        order = letters(work, "order", LINES)
        text = "\n".join(LINES[letter] for letter in order)
        queues = (_OWN[QUEUE], _OWN[DEAD])
        removed(work, queues)
        try:
            with own_function(work, _OWN[FUNCTION], code(SOURCE), Timeout=10):
                ran = _run(order)
                at = order[ran.line] if ran.error else ""
                facts: dict[str, Any] = {"order": order, "at": at, "text": ran.text}
                if ran.error:
                    raised = Raised(ran.error, ran.text, LINES[at], ran.line + 1)
                    return Seen(False, f"line {at} raised {ran.error}", raised=raised, facts=facts, event=text)
                facts |= _sent(work, *places)
        finally:
            removed(work, queues)
        wrong = _wrong(facts)
        if not wrong and "A" in order:
            facts["besides"], wrong = True, "19 done and the poison is set aside, but line A did nothing for it"
        return Seen(not wrong, wrong or "19 done, the poison is set aside", facts=facts, event=text)

    return [Case("your lines, in your order, and 20 messages", "", run)]


def _run(order: Sequence[str]) -> assembled.Ran:
    """Run the lines with the check's names; those before them make what the notebook's given cells make."""
    before = ["Lab()", _CLIENTS, GIVEN]
    lines = [LINES[letter] for letter in order]
    for name, own in _OWN.items():
        lines = [line.replace(f'"{name}"', f'"{own}"') for line in lines]
    ran = assembled.run([*before, *lines])
    return ran if ran.line < 0 else assembled.Ran(ran.value, ran.kind, ran.error, ran.text, ran.line - len(before))


def _sent(work: Work, poison: int, slow: int) -> Mapping[str, Any]:
    """What becomes of twenty messages; the names say where the poison and the slow one are."""
    names = {poison: "poison", slow: "slow"}
    bodies = [f"{secrets.token_hex(4)}-{names.get(n, 'job')}" for n in range(20)]
    try:
        queue = work.lab.queue(_OWN[QUEUE])
    except LabError:
        return {"none": True}
    queue.send(*bodies)
    work.lab.clock.advance(seconds=_WAITED)
    said = list(work.lab.function(_OWN[FUNCTION]).logs(10_000))
    times = {body: said.count(f"done {body}") for body in bodies if not body.endswith("poison")}
    return {"left": queue.left, "dead": _left(work, _OWN[DEAD]), "times": times}


def _left(work: Work, name: str) -> int:
    try:
        return int(work.lab.queue(name).left)
    except LabError:
        return 0


def _wrong(facts: Mapping[str, Any]) -> str:
    """What is not as it should be, in a few words; "" when all is well."""
    if facts.get("none"):
        return "no line made a queue for the work"
    undone = sum(count == 0 for count in facts["times"].values())
    if undone:
        return f"{undone} of the 19 good messages were never done, and {facts['left']} messages are in the queue"
    again = next((body.partition("-")[2] for body, count in facts["times"].items() if count > 1), "")
    if again:
        return f"a good message ({again}) was done more than once"
    if facts["left"]:
        return f"the poison is still in the queue after {_WAITED} s"
    return "" if facts["dead"] == 1 else f"{facts['dead']} messages are in the dead-letter queue, expected the poison"


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def functions_letters(one: Tried) -> Mapping[str, object] | None:
    """The function's own setting instead of the queue's: what fails stays in the queue."""
    order, left = one.seen.facts["order"], one.seen.facts.get("left")
    return {"left": left} if "A" in order and "B" not in order and left else None


def too_short(one: Tried) -> Mapping[str, object] | None:
    """The mapping was refused for the visibility timeout."""
    return {} if "less than Function timeout" in one.seen.facts["text"] else None


def no_address(one: Tried) -> Mapping[str, object] | None:
    """A line that needs the dead-letter queue comes before it."""
    facts = one.seen.facts
    needed = ("'dead_arn' is not defined", "'dead' is not defined")
    if not any(name in facts["text"] for name in needed):
        return None
    return {"line": facts["at"], "needs": _NEEDS.get(facts["at"], "Line D asks for an address")}


def made_twice(one: Tried) -> Mapping[str, object] | None:
    """Two lines make the same thing, and the second one is refused."""
    facts = one.seen.facts
    for one_line, other in ("CG", "EH"):
        if facts["at"] in (one_line, other) and {one_line, other} <= set(facts["order"]):
            return {"one": one_line, "other": other, "what": _MAKES[other]}
    return None


def nothing_done(one: Tried) -> Mapping[str, object] | None:
    """All is well, and the function's own setting, which did nothing for it, is there besides."""
    return {} if one.seen.facts.get("besides") else None


def unreported(one: Tried) -> Mapping[str, object] | None:
    """The poison was deleted: nobody asked for the list."""
    facts = one.seen.facts
    gone = "times" in facts and not facts["left"] and not facts["dead"]
    return {} if gone and "C" in facts["order"] else None


MADE_TWICE: Detect = first(made_twice, explains_error=True)
NO_ADDRESS: Detect = first(no_address, explains_error=True)
TOO_SHORT: Detect = first(too_short, explains_error=True)
