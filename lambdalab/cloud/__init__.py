"""moto behind one lock. Set before moto is imported: it would otherwise allow every web page to call it."""

import os

os.environ["MOTO_DISABLE_GLOBAL_CORS"] = "true"
