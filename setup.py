"""The part of the build that pyproject.toml has no words for: lessons and workbooks become data of the package.

They lie at the top of the repository, where a reader looks for them, and in `lambdalab/` of the wheel, where
`lambdalab open` finds them. Nothing is there twice. Solutions stay in the repository: what is installed lies on every
student's machine.

An editable installation finds them at the top, so nothing is moved, and the repository goes on Python's path as it is.
With moved folders setuptools would take a finder, which Python asks last: a student's script beside the repository,
whose folder is called lambdalab too, would import that folder in the package's place.
"""

import sys

from setuptools import find_namespace_packages, setup

found = find_namespace_packages(include=["lambdalab*"])
if "editable_wheel" in sys.argv:
    setup(packages=found, package_dir={"": "."})
else:
    moved = {"lambdalab.notebooks": "notebooks", "lambdalab.exercises": "exercises"}
    setup(packages=[*found, *moved], package_dir=moved)
