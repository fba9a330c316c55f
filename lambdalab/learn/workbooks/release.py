"""Exercises 04.2 and 04.3: the lines of a release in the student's order, and the decision after a canary.

04.2 runs the lines in a process of its own against a function of the check's; then somebody saves once more, to see
whom that reaches. 04.3 puts the alias of the student's function into a state, calls `act`, and reads the alias.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn import assembled
from lambdalab.learn.cases import called, first
from lambdalab.learn.exercises import Case, Detect, Message, NotRun, Raised, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import as_json, kind_of, short
from lambdalab.learn.work import Work, unwritten
from lambdalab.learn.workbooks.own import answer_of, code, own_function

# 04.2, a safe release

RELEASED = "ex04_release"
_OWN = "ex04_release_check"
LINES = {
    "A": f'result = json.loads(client.invoke(FunctionName="{RELEASED}", Qualifier="live")["Payload"].read())',
    "B": f'client.update_alias(FunctionName="{RELEASED}", Name="live", FunctionVersion="$LATEST")',
    "C": f'new = client.publish_version(FunctionName="{RELEASED}")["Version"]',
    "D": f'client.update_function_code(FunctionName="{RELEASED}", ZipFile=new_code)',
    "E": f'client.update_alias(FunctionName="{RELEASED}", Name="live", FunctionVersion=new)',
    "F": f'client.update_function_code(FunctionName="{RELEASED}:1", ZipFile=new_code)',
    "G": f'client.get_waiter("function_updated_v2").wait(FunctionName="{RELEASED}")',
}
_WORDS = ("old", "new", "saved later")
_OTHER_WORDS = (("Ahoj", "Merhaba", "Sawubona"), ("Hei", "Salve", "Xin chào"), ("Selam", "Aloha", "Dobrý den"))


def release_cases(rng: random.Random | None) -> Sequence[Case]:
    old, new, later = _WORDS if rng is None else rng.choice(_OTHER_WORDS)

    def run(work: Work) -> Seen:
        order = letters(work, "order", LINES)
        with own_function(work, _OWN, code(_says(old)), Publish=True):
            work.client.create_alias(FunctionName=_OWN, Name="live", FunctionVersion="1")
            ran = _run(order, code(_says(new)))
            work.client.update_function_code(FunctionName=_OWN, ZipFile=code(_says(later)))
            alias = work.client.get_alias(FunctionName=_OWN, Name="live")["FunctionVersion"]
            live, _ = answer_of(work, _OWN, {}, Qualifier="live")
            first_version, _ = answer_of(work, _OWN, {}, Qualifier="1")
        text = "\n".join(LINES[letter] for letter in order)
        at = order[ran.line] if ran.error and ran.line < len(order) else ""
        facts = {"order": order, "at": at, "alias": alias, "no wait": _no_wait(order)}
        if ran.error:
            raised = Raised(ran.error, ran.text, LINES.get(at, ""), ran.line + 1)
            return Seen(False, f"line {at} raised {ran.error}", raised=raised, facts=facts, event=text)
        if not ran.kind:
            return Seen(False, "no line made `result`", facts=facts, event=text)
        seen = {"result": ran.value, "live after a later save": live, "version 1": first_version}
        wanted = {"result": new, "live after a later save": new, "version 1": old}
        wrong = next((what for what in wanted if seen[what] != wanted[what]), "")
        if wrong:
            shown = f"{wrong} is `{as_json(seen[wrong])}`, expected `{as_json(wanted[wrong])}`"
            return Seen(False, shown, facts=facts, event=text)
        shown = "the lines do not wait between saving and publishing" if facts["no wait"] else f"live answers {new}"
        return Seen(not facts["no wait"], shown, facts=facts, event=text)

    return [Case("your lines, in your order", "", run)]


def _says(word: str) -> str:
    return f"def handler(event, context):\n    return {word!r}\n"


def _run(order: Sequence[str], new_code: bytes) -> assembled.Ran:
    """Run the lines; those before them make what the notebook's given cell makes."""
    before = ["Lab()", 'client = boto3.client("lambda")', f"new_code = bytes.fromhex({new_code.hex()!r})"]
    ran = assembled.run([*before, *(LINES[letter].replace(RELEASED, _OWN) for letter in order)])
    return ran if ran.line < 0 else assembled.Ran(ran.value, ran.kind, ran.error, ran.text, ran.line - len(before))


def _no_wait(order: Sequence[str]) -> bool:
    """Whether a version is published right after a save, with no wait between them."""
    saved = False
    for letter in order:
        saved = letter == "D" or (saved and letter != "G")
        if saved and letter == "C":
            return True
    return False


def letters(work: Work, name: str, lines: Mapping[str, str]) -> list[str]:
    """The student's order.

    Raises:
        Unwritten: it is empty.
        Stop: it is not a list of the letters of the lines.
    """
    order = work.names[name]
    if isinstance(order, list) and (not order or order == [...]):
        raise Unwritten(unwritten(name))
    found = [str(item).strip().upper() for item in order] if isinstance(order, list | tuple) else []
    unknown = [letter for letter in found if letter not in lines]
    if not found or unknown:
        what = f"`{name}` holds {short(unknown[0])}." if unknown else f"`{name}` is {kind_of(order)}."
        must = f'It must be a list of letters from {min(lines)} to {max(lines)}, such as `["C", "A"]`.'
        raise Stop(Message(what, must))
    return found


def changes_version_1(one: Tried) -> Mapping[str, object] | None:
    return {"kind": one.seen.raised.kind} if one.seen.raised and one.seen.facts["at"] == "F" else None


def published_too_early(one: Tried) -> Mapping[str, object] | None:
    order, alias = one.seen.facts["order"], one.seen.facts["alias"]
    early = "C" in order and ("D" not in order or order.index("C") < order.index("D"))
    return {} if early and alias == "1" else None


def fact(name: str, value: object) -> Detect:
    return first(lambda one: {} if one.seen.facts.get(name) == value else None)


# 04.3, promote or roll back?

PRICED = "ex04_price"
_Counts = tuple[int, int, int, int]
_COUNTS: Sequence[tuple[str, _Counts, str]] = (
    ("few new calls, many errors", (12_000, 12, 60, 3), "roll back"),
    ("no error at all", (1_000, 0, 100, 0), "promote"),
    ("too few new calls", (5_000, 10, 49, 9), "wait"),
    ("just enough new calls", (5_000, 10, 50, 0), "promote"),
    ("worse, but not above 1 %", (10_000, 10, 1_000, 9), "promote"),
    ("above 1 %, but the old one is no better", (1_000, 30, 100, 5), "promote"),
    ("above 1 %, and the old one never failed", (900, 0, 100, 3), "roll back"),
    ("no call of the old version", (0, 0, 80, 4), "roll back"),
)


def decision_cases(rng: random.Random | None) -> Sequence[Case]:
    factor = 1 if rng is None else rng.choice((2, 3, 5))
    weight = 0.1 if rng is None else rng.choice((0.05, 0.2, 0.25))
    decided = [called("decide", *_scaled(n, factor), expected=wanted, tried=what) for what, n, wanted in _COUNTS]
    acted = [_acts(what, weight) for what in ("promote", "roll back", "wait")]
    return [*decided, *acted]


def _scaled(counts: _Counts, factor: int) -> _Counts:
    """The same rates with more calls; a case about the 50 calls stays as it is."""
    old_calls, old_errors, new_calls, new_errors = counts
    if new_calls in (49, 50):
        return old_calls * factor, old_errors * factor, new_calls, new_errors
    return old_calls * factor, old_errors * factor, new_calls * factor, new_errors * factor


def _acts(decision: str, weight: float) -> Case:
    wanted: tuple[str, dict[str, float]] = {
        "promote": ("2", {}),
        "roll back": ("1", {}),
        "wait": ("1", {"2": weight}),
    }[decision]

    def run(work: Work) -> Seen:
        _prepare(work, weight)
        outcome = work.call("act", decision)
        alias = work.client.get_alias(FunctionName=PRICED, Name="live")
        seen = (alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
        facts = {"version": seen[0], "weights": seen[1], "decision": decision}
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised, facts=facts)
        return Seen(seen == wanted, f"live: {_said(*seen)}; expected {_said(*wanted)}", facts=facts)

    event = f'act("{decision}")\nclient.get_alias(FunctionName="{PRICED}", Name="live")'
    return Case(f"act after {decision!r}", event, run)


def _said(version: str, weights: Mapping[str, float]) -> str:
    more = ", ".join(f"{weight * 100:g} % to version {other}" for other, weight in weights.items())
    return f"version {version}" + (f", {more}" if more else "")


def _prepare(work: Work, weight: float) -> None:
    """The alias as a canary has it: on version 1, a share to version 2."""
    versions = [v["Version"] for v in work.client.list_versions_by_function(FunctionName=PRICED)["Versions"]]
    if not {"1", "2"} <= set(versions):
        what = f"`{PRICED}` has no versions 1 and 2."
        raise NotRun(Message(what, "", "Run the given cells of 04.3 from the top, then check again."))
    routing = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": weight}}}
    try:
        work.client.update_alias(FunctionName=PRICED, Name="live", **routing)
    except work.client.exceptions.ResourceNotFoundException:
        work.client.create_alias(FunctionName=PRICED, Name="live", **routing)


def counted_errors(one: Tried) -> Mapping[str, object] | None:
    """Promoted where only the rates, not the counts, speak against it."""
    if one.seen.value != "promote" or not isinstance(one.case.about, tuple):
        return None
    old_calls, old_errors, new_calls, new_errors = one.case.about
    if new_errors >= old_errors:
        return None
    return {
        "old_calls": f"{old_calls:,}",
        "old_errors": f"{old_errors:,}",
        "new_calls": f"{new_calls:,}",
        "new_errors": f"{new_errors:,}",
    }


def acted(fits: Callable[[Mapping[str, Any], Raised | None], Mapping[str, object] | None]) -> Detect:
    """A wrong answer seen in the alias after `act`."""

    def detect(one: Tried) -> Mapping[str, object] | None:
        return fits(one.seen.facts, one.seen.raised) if "decision" in one.seen.facts else None

    return first(detect, explains_error=True)


def to_latest(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    refused = raised is not None and "$LATEST is not supported" in raised.text
    return {} if facts["decision"] == "roll back" and (refused or facts["version"] == "$LATEST") else None


def weights_left(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    left = facts["decision"] == "roll back" and facts["version"] == "1" and facts["weights"]
    return {"p": f"{sum(facts['weights'].values()) * 100:g}"} if left and raised is None else None


def promoted_with_weights(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    left = facts["decision"] == "promote" and facts["weights"]
    refused = raised is not None and "already included in routing" in raised.text
    return {} if left and (refused or facts["version"] == "2") else None


def wait_moved(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    moved = facts["decision"] == "wait" and (facts["version"] != "1" or not facts["weights"])
    return {} if moved and raised is None else None
