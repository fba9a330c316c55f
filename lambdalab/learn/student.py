"""The student's side of a check: their names, their own line in an error, a fingerprint of their code, and a limit.

What a student wrote runs inside the check, so it may raise, print, or never end. None of that may become a
traceback of the check's own. Left out: protection against somebody who wants to cheat, which is grading's business.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import hashlib
import io
import linecache
import re
import signal
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from lambdalab.learn.exercises import Raised

CPU_SECONDS = 4.0
WALL_SECONDS = 20.0
MOST_PRINTED = 1_000_000  # characters
_WITH_PLAIN_REPR = ("builtins", "collections", "datetime", "decimal", "fractions", "numpy")


@dataclass(frozen=True)
class Outcome:
    """What a call of the student's code gave: a value or an error, and what it printed."""

    value: Any
    raised: Raised | None
    printed: str


def call(function: Callable[..., Any], *args: Any, names: Mapping[str, Any]) -> Outcome:
    """Call the student's function and catch everything it does."""
    printed = _Printed()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), stopped_when_endless():
            value = function(*args)
    except (Exception, SystemExit) as error:
        return Outcome(None, _raised(error, names), printed.getvalue())
    return Outcome(value, None, printed.getvalue())


class _Printed(io.StringIO):
    """What is printed, as long as it is not endless."""

    def write(self, text: str, /) -> int:
        super().write(text[: max(0, MOST_PRINTED - self.tell())])
        return len(text)


class NeverEnded(Exception):
    """The student's code was stopped because it did not come to an end."""


@contextlib.contextmanager
def stopped_when_endless() -> Iterator[None]:
    """Interrupt code that computes for 4 s of CPU time or hangs for 20 s; code that ends is not judged by time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    done, fired = threading.Event(), threading.Event()
    lock = threading.Lock()
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:  # as in what a shell started in the background: nohup … &
        signal.signal(signal.SIGINT, signal.default_int_handler)

    def watch() -> None:
        cpu, wall = time.process_time(), time.monotonic()
        while not done.wait(0.2):
            if time.process_time() - cpu > CPU_SECONDS or time.monotonic() - wall > WALL_SECONDS:
                with lock:
                    if not done.is_set():
                        fired.set()
                        _interrupt_main_thread()

    threading.Thread(target=watch, name="check-limit", daemon=True).start()
    try:
        yield
    except KeyboardInterrupt:
        if fired.is_set():
            raise NeverEnded("it was still running and was stopped") from None
        raise
    finally:
        with lock:
            done.set()
        if before is signal.SIG_IGN:
            signal.signal(signal.SIGINT, before)


def _interrupt_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)  # wakes a sleeping call too
    else:
        signal.raise_signal(signal.SIGINT)


def _raised(error: BaseException, names: Mapping[str, Any]) -> Raised:
    """The error with the student's own line: the last frame that belongs to their names."""
    own = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals is names or trace.tb_frame.f_globals.get("__name__") == "__main__":
            own = trace
        trace = trace.tb_next
    if own is None:
        return Raised(type(error).__name__, _text(error), error=error)
    file, number = own.tb_frame.f_code.co_filename, own.tb_lineno
    return Raised(type(error).__name__, _text(error), linecache.getline(file, number).strip(), number, error)


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())
    except Exception:  # a student's exception may have a broken __str__
        return ""


# -- a fingerprint of the code -----------------------------------------------------------------------------------------


def fingerprint(*values: Any) -> str:
    """Sixteen characters that stay the same while the code behind the values does.

    A function counts with its bytecode and everything of the student's that it uses; a value with what it holds.
    """
    digest = hashlib.sha256()
    for value in values:
        for part in _parts(value, set()):
            digest.update(part.encode("utf-8", "backslashreplace") + b"\0")
    return digest.hexdigest()[:16]


def mentions(value: Any, word: str) -> bool:
    """Whether the code behind the value, with everything of the student's that it uses, holds this text."""
    return repr(word) in _parts(value, set())


def _parts(value: Any, met: set[int]) -> Iterator[str]:
    if isinstance(value, bool | int | float | complex | str | bytes | None | type(Ellipsis)):
        yield repr(value)
        return
    if id(value) in met:
        yield "again"
        return
    met.add(id(value))
    if isinstance(value, types.ModuleType):
        yield f"module {value.__name__}"
    elif isinstance(value, types.MethodType):
        yield from _parts(value.__func__, met)
        yield from _parts(value.__self__, met)
    elif isinstance(value, types.FunctionType):
        yield from _function_parts(value, met)
    elif isinstance(value, types.CodeType):
        yield from _code_parts(value, met)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _parts(key, met)
            yield from _parts(item, met)
    elif isinstance(value, list | tuple | set | frozenset):
        yield type(value).__name__
        for item in value if isinstance(value, list | tuple) else sorted(value, key=repr):
            yield from _parts(item, met)
    elif isinstance(value, type):
        yield f"class {value.__qualname__}"
        if value.__module__ == "__main__":
            for name, item in sorted(vars(value).items()):
                if not name.startswith("__") or name in ("__init__", "__call__"):
                    yield name
                    yield from _parts(item, met)
    else:
        yield f"{type(value).__module__}.{type(value).__qualname__}"
        if type(value).__module__ == "__main__":
            yield from _parts(type(value), met)
            yield from _parts(getattr(value, "__dict__", {}), met)
        elif type(value).__module__.split(".")[0] in _WITH_PLAIN_REPR:
            yield repr(value)


def _function_parts(function: types.FunctionType, met: set[int]) -> Iterator[str]:
    yield from _code_parts(function.__code__, met)
    for default in function.__defaults__ or ():
        yield from _parts(default, met)
    for cell in function.__closure__ or ():
        with contextlib.suppress(ValueError):  # a cell that is still empty
            yield from _parts(cell.cell_contents, met)
    for name in sorted(_global_names(function.__code__)):
        if name in function.__globals__:
            yield name
            yield from _parts(function.__globals__[name], met)


def _code_parts(code: types.CodeType, met: set[int]) -> Iterator[str]:
    yield code.co_name
    yield code.co_code.hex()
    yield " ".join(code.co_names)
    for constant in code.co_consts:
        yield from _code_parts(constant, met) if isinstance(constant, types.CodeType) else _parts(constant, met)


def _global_names(code: types.CodeType) -> set[str]:
    names = {i.argval for i in dis.get_instructions(code) if i.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _global_names(constant)
    return names


# -- the text of a %%deploy cell ---------------------------------------------------------------------------------------


def deployed_source(names: Mapping[str, Any], function: str) -> str:
    """The text of the last `%%deploy` cell for this function, as IPython remembers it; "" if it doesn't."""
    for cell in reversed(list(names.get("In", []))):
        found = _deploy_cell(str(cell))
        if found is not None and function in takewhile(lambda word: not word.startswith("-"), found[0].split()):
            return found[1]
    return ""


def broken_cell(names: Mapping[str, Any], name: str) -> SyntaxError | None:
    """Why Python could not read the last cell that defines this name; None if it could, or if there is none."""
    defines = re.compile(rf"^[ \t]*(def {name}\b|{name}[ \t]*=(?!=))", re.MULTILINE)
    last = next((str(cell) for cell in reversed(list(names.get("In", []))) if defines.search(str(cell))), "")
    try:
        compile(last, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as broken:
        return broken
    return None


def _deploy_cell(cell: str) -> tuple[str, str] | None:
    """Line and body of a %%deploy cell, in the form that IPython keeps: a call of run_cell_magic."""
    if "run_cell_magic('deploy'" not in cell:
        return None
    with contextlib.suppress(SyntaxError, ValueError):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "run_cell_magic":
                _, line, body = (ast.literal_eval(argument) for argument in node.args)
                return str(line), str(body)
    return None


def same_program(one: str, other: str) -> bool:
    """Whether two texts are the same program, whatever their comments and blank lines."""
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except SyntaxError:
        return one.split() == other.split()


def uses(source: str, *names: str) -> bool:
    """Whether the program names one of these, as a name, an attribute or a keyword such as "try"."""
    try:
        nodes: Sequence[ast.AST] = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return False
    found = {getattr(node, "id", None) or getattr(node, "attr", None) for node in nodes}
    found |= {"try" for node in nodes if isinstance(node, ast.Try)}
    return any(name in found for name in names)
