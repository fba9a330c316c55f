"""Workbook 10: what its checks know agrees with independent rules, and its notebook with what they know."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from lambdalab import Lab, images
from lambdalab.learn import check
from lambdalab.learn.workbooks import as_image, tenants, thrown_away, walls
from lambdalab.models.seen import Look, recorded
from tests.learn import cells
from tests.learn.answers_10 import A_10_1, A_10_3, A_10_4, A_10_5, MORE_WRONG

ROOT = Path(__file__).parents[2]
SOLUTION = json.loads((ROOT / "solutions/10_containers_vms_and_lambda.ipynb").read_text(encoding="utf-8"))
TEXTS = ["".join(cell["source"]) for cell in SOLUTION["cells"]]
ACCEPTED = {"process": "00000", "container": "01110", "microVM": "11111", "VM": "11111"}


def given_cell(beginning: str) -> str:
    (text,) = [text for text in TEXTS if text.startswith(beginning)]
    return text


# 10.1


def own(looks: dict[str, tuple[Look, Look]]) -> dict[str, str]:
    """What the looks show, a digit for each thing."""
    return {
        wall: "".join(str(int(found)) for found, _ in walls.compared(*pair).values()) for wall, pair in looks.items()
    }


def test_what_this_machine_and_the_recorded_run_show_is_the_accepted_table() -> None:
    assert own({wall: walls.looked(wall) for wall in walls.WALLS}) == ACCEPTED
    assert own({wall: (recorded("thread"), recorded(wall.lower())) for wall in walls.WALLS}) == ACCEPTED


def test_two_looks_that_are_compared_are_of_the_same_machine() -> None:
    for wall, beside in [*product(walls.WALLS, ["thread"]), *walls.PAIRS.values()]:
        one, other = walls.looked(wall, beside)
        assert one.provenance == other.provenance
        assert one.rung == beside.lower() and other.rung == wall.lower()


def test_on_a_machine_that_cannot_show_a_difference_the_recorded_run_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    here = recorded("process")
    for empty in (replace(here, home=0), replace(here, processor="QEMU Virtual CPU version 2.5+")):
        monkeypatch.setattr(walls, "look", lambda wall, empty=empty: replace(empty, rung=wall, provenance="measured"))
        assert own({wall: walls.looked(wall) for wall in walls.WALLS}) == ACCEPTED
        assert {look.provenance for wall in walls.WALLS for look in walls.looked(wall)} == {"recorded"}


def test_the_same_linux_started_twice_has_two_boot_ids() -> None:
    one, other = walls.looked("microVM", beside="VM")
    assert one.kernel == other.kernel and one.boot_id != other.boot_id


def test_the_table_says_where_its_lines_come_from_and_shows_no_right_answer_of_the_pairs() -> None:
    names = cells.run(cells.notebook(), A_10_1.solution)
    rows = check("10.1", namespace=names).rows
    assert [row.tried for row in rows[20:22]] == ["process and container", "microVM and VM"]
    assert rows[20].seen.startswith(("measured on this machine", "recorded run"))
    wrong = cells.run(cells.notebook(), MORE_WRONG["10.1"]["no to all pairs"][1])
    shown = [row.seen for row in check("10.1", namespace=wrong).rows[22:]]
    assert len(shown) == 4 and shown[:3] == ["the boot ids say otherwise"] * 3


def test_the_boot_ids_of_a_pair_stand_in_the_order_in_which_the_pair_names_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(walls, "_look", lambda wall: recorded(wall.lower()))
    rows = check("10.1", namespace=cells.run(cells.notebook(), A_10_1.solution)).rows
    (seen,) = [row.seen for row in rows if row.tried.startswith("a microVM and a VM")]
    assert seen == f"boot ids {recorded('microvm').boot_id[:8]} and {recorded('vm').boot_id[:8]}"


# 10.2


def one_by_one(host_gib: float, each_mb: float) -> int:
    left, count = host_gib * 1024, 0
    while left >= each_mb:
        left, count = left - each_mb, count + 1
    return count


@pytest.mark.parametrize("seed", [None, *range(30)])
def test_each_count_is_that_of_putting_tenants_on_one_by_one(seed: int | None) -> None:
    made = tenants.cases(random.Random(seed) if seed is not None else None)
    for name, (host, app, wall, *share) in (case.about for case in made):
        if name == tenants.ALL:
            assert tenants.all_busy(host, app, wall) == one_by_one(host, app + wall)
        else:
            assert tenants.some_busy(host, app, wall, *share) == one_by_one(host, (app + wall) * share[0])
    kinds = [case.about[1] for case in made]
    assert any(wall == 0 for _, _, wall, *_ in kinds) and any(app > host * 1024 for host, app, *_ in kinds)


def test_the_printed_examples_are_those_of_the_specification() -> None:
    assert [tenants.all_busy(*args) for args in tenants.PRINTED["fits"]] == [492, 253]
    assert [tenants.some_busy(*args) for args in tenants.PRINTED["fits_idle"]] == [4927]
    (text,) = [text for text in TEXTS if text.startswith("## 10.2")]
    for example in (
        "`fits(64, 128, 5)` → `492`",
        "`fits(64, 128, 131)` → `253`",
        "`fits_idle(64, 128, 5, 0.1)` → `4927`",
    ):
        assert example in text


def test_only_of_a_printed_example_the_expected_number_is_shown() -> None:
    names = cells.run(cells.notebook(), "def fits(*args):\n    return 7\n\ndef fits_idle(*args):\n    return 7\n")
    rows = [row.seen for row in check("10.2", namespace=names).rows]
    assert [row for row in rows if "expected" in row] == ["7, expected 492", "7, expected 253", "7, expected 4,927"]
    assert all("expected" not in row.seen for row in check("10.2", namespace=names, seed=2).rows)


# 10.3


def test_the_notebook_gives_what_the_check_unpacks() -> None:
    names = cells.run(cells.notebook(), "import random\nfrom lambdalab import images\nlayers_table = repr\n")
    cells.run(names, given_cell('APP = """import stations'))
    assert (names["CODE"], names["LIBRARY"], names["KEY"]) == (thrown_away.CODE, thrown_away.LIBRARY, thrown_away.KEY)
    assert names["image"] == thrown_away.given()


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_the_images_of_the_search_hold_the_key_where_the_librarys_own_search_finds_it(seed: int | None) -> None:
    """And each layer that is unpacked alone shows the same."""
    names = cells.run(cells.notebook(), A_10_3.given)
    cells.run(
        names, "seen = []\n\ndef find(image):\n    seen.append(image)\n" + A_10_3.solution.replace("find", "mine")
    )
    check("10.3", namespace=names, seed=seed or 0)
    found = [[(one.layer, one.seen) for one in images.find(image, "key.pem")] for image in names["seen"]]
    assert found == [[(2, False)], [(1, False)], [(4, True)], [(3, False)], []]


def test_a_build_of_the_right_layers_makes_some_hundred_bytes_again_and_of_the_given_ones_all() -> None:
    right = [images.layer(thrown_away.LIBRARY), images.layer(thrown_away.CODE)]
    again = thrown_away._made_again(right, 7)
    assert again.layers == (2,) and 0 < again.size < 1_000
    assert thrown_away._made_again(thrown_away.given().layers, 7).layers == (1, 2, 3)


def test_the_line_of_the_layers_says_what_is_wrong_with_them_while_the_search_is_wrong_too() -> None:
    search = "def find(image):\n    return None\n"
    with_key = A_10_3.wrong["deletes-again"].removeprefix(A_10_3.solution.split("layers =")[0])
    without = 'layers = [images.layer({"/opt/stations.bin": LIBRARY["/opt/stations.bin"]}), images.layer(CODE)]\n'
    for layers, said in (
        (with_key, "the key is in layer 1"),
        (without, "stations.py is not where the function looks, or has changed"),
    ):
        names = cells.run(cells.notebook(), A_10_3.given + search + layers)
        assert check("10.3", namespace=names).rows[-1].seen == said


# 10.4


def test_the_notebook_gives_the_function_that_the_check_knows() -> None:
    names = cells.run(cells.notebook(), "from lambdalab.functions import package\n" + given_cell("PRICES = "))
    assert names["code_zip"] == as_image.POSTAGE.code_zip
    assert names["layer_zip"] == as_image.POSTAGE.layer_zip


def test_a_check_leaves_no_function_no_layer_and_no_repository_behind() -> None:
    lab = Lab()

    def there() -> list[Any]:
        client, ecr = lab.client("lambda"), lab.client("ecr")
        return [
            sorted(one["FunctionName"] for one in client.list_functions()["Functions"]),
            sorted(one["LayerName"] for one in client.list_layers()["Layers"]),
            sorted(one["repositoryName"] for one in ecr.describe_repositories()["repositories"]),
        ]

    before = there()
    names = cells.run(cells.notebook(), A_10_4.given + A_10_4.solution)
    assert check("10.4", namespace=names).done
    cells.run(names, A_10_4.wrong["no-command"])
    assert not check("10.4", namespace=names).done
    assert there() == before


# 10.5 and all


def test_what_speaks_against_a_wall_names_no_accepted_reason() -> None:
    for program, (accepted, against) in walls.PROGRAMS.items():
        assert len(f"For “{program}” you chose one thing, because of another. {against}".split()) <= 50
        for pair in accepted:
            assert not any(word in against for word in pair), program


def test_each_program_has_a_line_that_says_whether_to_look_at_its_wall_or_at_its_reason() -> None:
    names = cells.run(cells.notebook(), A_10_5.solution)
    names["wall"] |= {"twelve parts of a shop": ("process", "trust"), "a model on a GPU": ("VM", "density")}
    result = check("10.5", namespace=names)
    assert [(row.ok, row.seen) for row in result.rows] == [
        (True, "microVM, hostile neighbours"),
        (False, "process, trust: look at the wall"),
        (True, "VM, own kernel"),
        (True, "process, start time"),
        (True, "VM, other system"),
        (False, "VM, density: the wall fits, another reason says why"),
    ]
    assert result.message is not None
    assert result.message.advice.endswith("Look at the wall first.")
    assert result.message.words <= 50


def test_the_workbook_asks_for_the_programs_and_cells_that_the_check_knows() -> None:
    (cell,) = [text for text in TEXTS if "### STUB: wall = {" in text]
    assert re.findall(r'STUB:     "(.+?)": \.\.\.', cell) == list(walls.PROGRAMS)
    (text,) = [text for text in TEXTS if text.startswith("## 10.5")]
    assert re.findall(r"^\| (.+?) \| .+ \|$", text, re.MULTILINE)[1:] == list(walls.PROGRAMS)
    assert all(f'`"{word}"`' in text for word in (*walls.WALLS, *walls.REASONS))
    (cell,) = [text for text in TEXTS if "### STUB: own = {" in text]
    assert re.findall(r'STUB:     \("(.+?)", "(.+?)"\)', cell) == list(product(walls.WALLS, walls.THINGS))
    (cell,) = [text for text in TEXTS if "### STUB: again = {" in text]
    assert re.findall(r'STUB:     "(.+?)": \.\.\.', cell) == list(walls.PAIRS)
