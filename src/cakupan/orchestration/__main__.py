"""`python -m cakupan.orchestration`: runs here the nights that it is asked for on stdin, see `runs.nights`."""

import sys

from cakupan.orchestration.runs import main

sys.exit(main())
