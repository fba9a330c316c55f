"""AWS Lambda in a notebook: real processes, real boto3, no account.

Importing this package already makes AWS unreachable from this process. `Lab()` then starts the cloud.
"""

from lambdalab import airgap

airgap.close_off()

from lambdalab.errors import LabError, OutsideTheLab  # noqa: E402 - AWS must be out of reach before anything else
from lambdalab.functions import Function  # noqa: E402
from lambdalab.lab import Lab  # noqa: E402
from lambdalab.results import Result, Results  # noqa: E402

__all__ = ["Function", "Lab", "LabError", "OutsideTheLab", "Result", "Results"]
__version__ = "0.1.0"


def load_ipython_extension(shell: object) -> None:
    """`%load_ext lambdalab` works too, though importing is enough."""
    from lambdalab.magics import register

    register(shell)


def _register_magics() -> None:
    import sys

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        load_ipython_extension(shell)


_register_magics()
