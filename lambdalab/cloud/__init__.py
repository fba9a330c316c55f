"""moto behind one lock. Set before moto is imported: it would otherwise allow every web page to call it.

And it would load a grammar of international addresses, with which jsonschema checks formats that no OpenAPI document
has: building that takes three quarters of the time in which a lab starts. jsonschema does without what is not there.
"""

import os
import sys

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: cannot be imported
