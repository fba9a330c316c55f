"""`python -m lambdalab` is `lambdalab`."""

import sys

from lambdalab.cli import main

sys.exit(main())
