"""Usage: python -m scaffolds [PART...]"""

import signal
import sys

from . import hour, refusals, repository, templates
from .commands import judge

PARTS = {"templates": templates.judges, "refusals": refusals.judges, "hour": hour.judges}

wanted = sys.argv[1:] or list(PARTS)
unknown = [part for part in wanted if part not in PARTS]
if unknown:
    sys.exit(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
# Told to stop, it stops what it has started.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
with repository.served() as url:
    judge(judged for part in wanted for judged in PARTS[part](url))
