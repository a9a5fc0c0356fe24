"""Print the table of docs/hostile-receivers.md: `python -m tests.delivery.hostile`."""

import sys

from tests.delivery.hostile.page import tables

sys.stdout.write(tables())
