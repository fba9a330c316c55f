"""Workbook 10, Containers, VMs and Lambda: what is shared, how many fit, a secret in a layer, an image, the wall.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w10.toml`. Specified in
EXERCISES, 10.1 to 10.5. The cases themselves are in `walls.py`, `tenants.py`, `thrown_away.py` and `as_image.py`.
"""

from __future__ import annotations

from itertools import product

from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.workbooks import as_image, little, tenants, thrown_away, walls
from lambdalab.learn.workbooks.formulas import either
from lambdalab.learn.workbooks.walls import (
    CONTAINER,
    FILES,
    HARDWARE,
    KERNEL,
    LIMIT,
    LIST,
    MICROVM,
    PROCESS,
    VM,
    differs,
)

EXERCISES = exercises(
    "10",
    {
        "10.1": Part(
            walls.cases,
            {
                "container-own-kernel": differs((CONTAINER, KERNEL)),
                "machine-shares-kernel": differs((MICROVM, KERNEL), (VM, KERNEL)),
                "process-own-files": differs((PROCESS, FILES)),
                "process-own-kernel": differs((PROCESS, KERNEL)),
                "process-own-list": differs((PROCESS, LIST)),
                "process-own-limit": differs((PROCESS, LIMIT)),
                "container-sees-all": differs((CONTAINER, FILES), (CONTAINER, LIST)),
                "container-no-limit": differs((CONTAINER, LIMIT)),
                "hardware-played-for-all": differs((PROCESS, HARDWARE), (CONTAINER, HARDWARE)),
                "hardware-for-nobody": differs((MICROVM, HARDWARE), (VM, HARDWARE)),
                "machine-sees-host": differs(*product((MICROVM, VM), (FILES, LIST, LIMIT))),
            },
        ),
        "10.2": Part(
            tenants.cases,
            {
                "nothing-returned": little.NOTHING_RETURNED,
                "overhead-left-out": tenants.OVERHEAD_LEFT_OUT,
                "rounded-up": tenants.ROUNDED_UP,
                "of-1000": tenants.OF_1000,
                "other-units": tenants.OTHER_UNITS,
                "wall-once": tenants.WALL_ONCE,
                "not-whole": either(*tenants.NOT_WHOLE),
                "busy-rounded-up": tenants.ROUNDED_UP_IDLE,
                "rounded-first": tenants.ROUNDED_FIRST,
                "of-100": tenants.OF_100,
                "turned-round": tenants.TURNED_ROUND,
                "wall-stays": tenants.WALL_STAYS,
                "function-stays": tenants.FUNCTION_STAYS,
                "share-unused": tenants.SHARE_UNUSED,
            },
        ),
        "10.3": Part(
            thrown_away.cases,
            {
                "counted-from-0": thrown_away.searched(thrown_away.counted_from_0, among=thrown_away.holds_it),
                "only-what-is-seen": thrown_away.searched(thrown_away.found_nothing, among=thrown_away.hides_it),
                "another-file": thrown_away.searched(thrown_away.another_file),
                "another-layer": thrown_away.searched(thrown_away.another_layer),
                "deletes-again": thrown_away.laid(thrown_away.deletes_again),
                "all-in-one": thrown_away.laid(thrown_away.all_in_one),
                "code-before-libraries": thrown_away.laid(thrown_away.code_before_libraries),
            },
        ),
        "10.4": Part(
            as_image.cases,
            {
                "without-package-type": as_image.without_package_type(),
                "other-files": as_image.other_files(),
                "handler-and-runtime": as_image.refused_for("Handler", "Runtime"),
                "lambda-layer": as_image.refused_for("Layers"),
                "command-is-a-file": as_image.failed("Runtime.HandlerNotFound", "Handler .*"),
                "command-is-a-path": as_image.failed("TypeError", "relative import"),
                "command-is-a-text": as_image.failed("Runtime.MalformedHandlerName", "'.'"),
                "no-command": as_image.failed("Runtime.InvalidEntrypoint", "handler name"),
                "own-entrypoint": either(
                    as_image.failed("Runtime.InvalidEntrypoint", "exec: .*|fork.*"),
                    as_image.failed("Runtime.ExitError", "Runtime exited.*"),
                ),
                "no-library": as_image.failed("Runtime.ImportModuleError", r"(?<='app': )No module named '(?!app').*"),
                "no-code": as_image.failed("Runtime.ImportModuleError", "No module named 'app'"),
                "no-variable": as_image.failed("KeyError", "[A-Z]+"),
                "baked-in": as_image.baked_in(),
                "still-a-zip": as_image.made_as("Zip"),
                "nothing-made": as_image.made_as(None),
            },
        ),
        "10.5": Part(
            walls.chosen,
            {
                "container-for-strangers": walls.chose(CONTAINER, walls.UPLOADS),
                "vm-for-short-jobs": walls.chose(VM, walls.UPLOADS),
                "container-for-a-driver": walls.chose(CONTAINER, walls.MODULE),
                "kernel-for-windows": walls.chose(VM, walls.WINDOWS, "own kernel"),
                "device-for-a-driver": either(
                    walls.chose(VM, walls.MODULE, "device"), walls.chose(MICROVM, walls.MODULE, "device")
                ),
            },
        ),
    },
)
