"""What a night imports, for the process from which nights are forked."""

from importlib import import_module

from cakupan.orchestration.executor import NEEDED
from cakupan.quality.gx_context import great_expectations

for name in (*NEEDED, "airflow.api_fastapi.execution_api.app", "airflow.sdk.definitions.dag"):
    import_module(name)
great_expectations()
