"""Exercise 04.2, a safe release: the lines in the student's order.

They are run in a process of their own against a function of the check's; then somebody saves once more, to see whom
that reaches.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from lambdalab.learn import assembled
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Message, Raised, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import as_json, kind_of, short
from lambdalab.learn.work import Work, unwritten
from lambdalab.learn.workbooks.own import answer_of, code, own_function

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


def cases(rng: random.Random | None) -> Sequence[Case]:
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
