"""Usage: python -m scaffolds [PART...]"""

import sys

from . import hour, refusals, repository, templates
from .commands import judge

PARTS = {"templates": templates.judges, "refusals": refusals.judges, "hour": hour.judges}

wanted = sys.argv[1:] or list(PARTS)
unknown = [part for part in wanted if part not in PARTS]
if unknown:
    sys.exit(f"there is no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
with repository.served() as url:
    judge(judged for part in wanted for judged in PARTS[part](url))
