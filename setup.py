"""The part of the build that pyproject.toml has no words for: lessons and workbooks become data of the package.

They lie at the top of the repository, where a reader looks for them, and in `lambdalab/` of the wheel, where
`lambdalab open` finds them. Nothing is there twice. Solutions stay in the repository: what is installed lies on every
student's machine.
"""

from setuptools import find_namespace_packages, setup

setup(
    packages=[*find_namespace_packages(include=["lambdalab*"]), "lambdalab.notebooks", "lambdalab.exercises"],
    package_dir={"lambdalab.notebooks": "notebooks", "lambdalab.exercises": "exercises"},
)
