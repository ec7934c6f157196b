"""`python -m cakupan.orchestration YYYY-MM-DD`: run one night's DAGs here."""

import sys

from cakupan.orchestration.runs import main

sys.exit(main(sys.argv[1]))
