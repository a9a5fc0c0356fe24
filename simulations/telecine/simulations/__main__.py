"""`python -m telecine.simulations` is `telecine`."""

import sys

from telecine.simulations.cli import main

if __name__ == "__main__":
    sys.exit(main())
