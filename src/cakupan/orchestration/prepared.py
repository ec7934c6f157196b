"""Imported by Celery's workers before they fork processes for tasks, which then find there what they need."""

from cakupan.orchestration.executor import import_what_tasks_need

import_what_tasks_need()
