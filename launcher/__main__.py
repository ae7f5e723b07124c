"""``python -m launcher``: see ``launcher.demo``."""

import sys

from launcher.demo import main

if __name__ == "__main__":
    sys.exit(main())
