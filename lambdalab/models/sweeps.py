"""Many simulations at once: every combination of settings, on one processor, on all of them, or on a cluster.

On AWS this would be a thousand calls of a function. Here any executor of Python's `concurrent.futures` will do: a
ProcessPoolExecutor on one machine, and on a cluster the one that Dask's `client.get_executor()` gives. Left out:
starting a cluster, which is Dask's.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, as_completed
from typing import Any

from lambdalab.models.simulation import SimulationResult, simulate

Case = Mapping[str, Any]
Progress = Callable[[int, int], None]
_CELLS = 30  # of the bar
_ROWS = 40  # of the table


class Sweep(list[SimulationResult]):
    """The results of a sweep, in the order of its cases; shown as a table of the settings that differ (lesson 09)."""

    def _table(self) -> Any:
        from lambdalab.show.picture import Table

        asked = [result.settings for result in self]
        names = list(dict.fromkeys(name for settings in asked for name in settings))
        differ = [name for name in names if any(settings.get(name) != asked[0].get(name) for settings in asked)]
        rows = [
            (*(f"{result.settings.get(name)}" for name in differ), *result.shares())
            for result in itertools.islice(self, _ROWS)
        ]
        more = f"; the first {_ROWS} of them" if len(self) > _ROWS else ""
        said = tuple(name.replace("_", " ") for name in differ)
        return Table(f"Simulated: {len(self)} cases{more}", (*said, "cold", "turned away", "running", "idle"), rows)

    def _repr_html_(self) -> str:
        return str(self._table().html())

    def __repr__(self) -> str:
        return str(self._table().text())


def grid(**settings: Any) -> list[dict[str, Any]]:
    """Every combination of settings, as cases of a sweep (lesson 09).

    Args:
        settings: those of `simulate`; a list or a tuple stands for several values, anything else for one. An array is
            one value, so that arrivals can be given.

    Raises:
        ValueError: a list is empty.
    """
    several = {name: value if isinstance(value, list | tuple) else [value] for name, value in settings.items()}
    if empty := [name for name, values in several.items() if not values]:
        raise ValueError(f"{empty[0]} has no value, so there is no combination: give at least one")
    return [dict(zip(several, values, strict=True)) for values in itertools.product(*several.values())]


def sweep(
    cases: Iterable[Case], executor: Executor | None = None, *, progress: bool | Progress = True, seed: int = 1
) -> Sweep:
    """Simulate every case (lesson 09).

    The result is the same with every executor: a case without a seed gets one of its own, by its place.

    Args:
        cases: the settings of each simulation, by the names that `simulate` has; see `grid`.
        executor: runs them at the same time; None runs one after the other, here.
        progress: whether a bar is printed, or what is called with the number done and the number of all.
        seed: for all cases; the same number gives the same result.

    Raises:
        ValueError: there is no case, or one has a setting that cannot be; the others are not waited for.
        TypeError: one has a setting that there is not.
    """
    every = [{"seed": seed * 1_000_003 + place, **case} for place, case in enumerate(cases)]
    if not every:
        raise ValueError("there is no case, so nothing can be simulated: give the settings of at least one")
    told = progress if callable(progress) else (_bar if progress else _nothing)
    told(0, len(every))
    if executor is None:
        return Sweep(_after(simulate(**case), told, done, len(every)) for done, case in enumerate(every, 1))
    futures = [executor.submit(simulate, **case) for case in every]
    try:
        for done, future in enumerate(as_completed(futures), 1):
            _after(future.result(), told, done, len(every))
    except BaseException:
        _cancel(futures)
        raise
    return Sweep(future.result() for future in futures)


def _after(result: SimulationResult, told: Progress, done: int, of: int) -> SimulationResult:
    told(done, of)
    return result


def _cancel(futures: Sequence[Future[SimulationResult]]) -> None:
    for future in futures:
        future.cancel()


def _nothing(done: int, of: int) -> None:
    """No progress is shown."""


def _bar(done: int, of: int) -> None:
    """One line that is written anew after each case."""
    full = _CELLS * done // of
    end = "\n" if done == of else ""
    print(f"\r[{'#' * full}{'.' * (_CELLS - full)}] {done} of {of} cases", end=end, flush=True)
