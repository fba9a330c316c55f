"""What makes the course's notebooks: workbooks from solutions, navigation, execution, variants, and the gates they
must pass.

Set before nbformat is imported: jsonschema would build a grammar of international addresses, which takes seconds and
checks nothing that a notebook has.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # None: cannot be imported
