"""`python -m receiver.sandbox`: what `make run` runs."""

from __future__ import annotations

import sys

from receiver.sandbox.run import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
