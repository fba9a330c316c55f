"""Lambda's limits that its model does not state: environment, layers, code.

Follows https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html. On AWS a request beyond them is
refused; the others (memory, timeout, names) stand in the service's model, and `validation` reads them there. Left out:
the size of all functions of an account together.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

MOST_ENVIRONMENT_BYTES = 4096
MOST_LAYERS = 5
MOST_UNZIPPED_BYTES = 262_144_000
SNAP_START_TMP_MB = 512
_UNABLE = (
    "Lambda was unable to configure your environment variables because the environment variables you have provided"
)
_KEYS = "contains reserved keys that are currently not supported for modification. Reserved keys used in this request:"
_RESERVED = (
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
)  # fmt: skip


def settings_complaint(spec: Mapping[str, Any]) -> str | None:
    """AWS's sentence about settings beyond the limits; None when they are within them."""
    variables = (spec.get("Environment") or {}).get("Variables") or {}
    used = [name for name in variables if name in _RESERVED]
    if used:
        return f"{_UNABLE} {_KEYS} {', '.join(used)}"
    measured = json.dumps(variables, separators=(",", ":"), ensure_ascii=False)
    if len(measured.encode()) > MOST_ENVIRONMENT_BYTES:
        return f"{_UNABLE} exceeded the 4KB limit. String measured: {measured}"
    if len(spec.get("Layers") or []) > MOST_LAYERS:
        return f"Cannot reference more than {MOST_LAYERS} layers."
    return None


def package_complaint(package_type: str, settings: Mapping[str, Any]) -> str | None:
    """AWS's sentence about settings that a container image brings along itself; None for a zip, and without them.

    Args:
        package_type: "Image" or "Zip".
        settings: what CreateFunction or UpdateFunctionConfiguration was given.
    """
    if package_type == "Image" and any(settings.get(name) for name in ("Handler", "Runtime", "Layers")):
        return "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image."
    return None


def new_code_complaint(package_type: str, code: Mapping[str, Any]) -> str | None:
    """AWS's sentence about code of the other kind than the function's, which stays what it is; None for the right kind.

    Args:
        package_type: "Image" or "Zip".
        code: what UpdateFunctionCode was given.
    """
    if package_type == "Zip" and "ImageUri" in code:
        return "Please don't provide ImageUri when updating a function with packageType Zip."
    if package_type == "Image" and "ImageUri" not in code:
        return "Please provide ImageUri when updating a function with packageType Image."
    return None


def snap_start_complaint(settings: Mapping[str, Any]) -> str | None:
    """AWS's sentence about a setting that SnapStart excludes; None for a function without SnapStart.

    Args:
        settings: all that the function will have, under the names of CreateFunction.
    """
    if (settings.get("SnapStart") or {}).get("ApplyOn") != "PublishedVersions":
        return None
    if settings.get("PackageType") == "Image":
        return "ContainerImage is not supported for SnapStart enabled functions."
    if (settings.get("EphemeralStorage") or {}).get("Size", SNAP_START_TMP_MB) > SNAP_START_TMP_MB:
        # the rule is AWS's, the words follow those for other settings: AWS's own for this one are not known
        return f"EphemeralStorage of more than {SNAP_START_TMP_MB} MB is not supported for SnapStart enabled functions."
    return None


def code_complaint(package: bytes) -> str | None:
    """AWS's sentence about a zip that cannot be used; None for one that can."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile:
        return "Could not unzip uploaded file. Please check your file, then try to upload again."
    return f"Unzipped size must be smaller than {MOST_UNZIPPED_BYTES} bytes" if size > MOST_UNZIPPED_BYTES else None
