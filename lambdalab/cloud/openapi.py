"""moto's API Gateway without what checks OpenAPI documents, until one comes.

moto imports `openapi_spec_validator` at once, and with it a third of all that a lab loads when it starts; only who
imports an API from a document needs it. Its places are held here while moto is imported, and the first document puts
it there.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

TOUCHED = {"moto.apigateway.models": ["validate", "OpenAPIValidationError"]}
_LIBRARY = "openapi_spec_validator"
_PLACES = (_LIBRARY, f"{_LIBRARY}.validation", f"{_LIBRARY}.validation.exceptions")


def _validate(document: Any) -> None:
    """Check a document with the library, and let it check all that follow."""
    import moto.apigateway.models
    from openapi_spec_validator import validate
    from openapi_spec_validator.validation.exceptions import OpenAPIValidationError

    vars(moto.apigateway.models).update(validate=validate, OpenAPIValidationError=OpenAPIValidationError)
    validate(document)


def _import() -> None:
    """Import moto's API Gateway; with the library after all if moto by now wants something else of it."""
    held = {name: ModuleType(name) for name in _PLACES}
    for module in held.values():
        vars(module).update(validate=_validate, OpenAPIValidationError=ValueError)
    if _LIBRARY not in sys.modules:
        sys.modules.update(held)
        try:
            import moto.apigateway.models
        except ImportError:
            pass
        finally:
            for name in held:
                del sys.modules[name]
    import moto.apigateway.models  # noqa: F401


_import()
