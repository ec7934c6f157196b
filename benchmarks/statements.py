"""The statements of a layer as dbt compiles them, run without dbt: the least that building it can cost."""

from __future__ import annotations

from psycopg import sql

from benchmarks.measuring import Timings
from cakupan import settings
from cakupan.database import Role, connect
from cakupan.dbt_project import call_dbt

LAYER = "night"
STAGE = "statements of the night"


def run() -> Timings:
    """Run the SQL of every table of the layer for the night that was built last, each into a temporary table.

    Of facts that are stored once a delivery nothing is left to read then, so a first night's are not in it.
    """
    state, timings = settings.home() / "dbt", Timings()
    compiled = call_dbt(
        "compile", "--no-write-json", "--selector", f"{LAYER}_on_standing_views",
        target=state / "target", logs=state / "logs",
    )  # fmt: skip
    models = [result.node for result in compiled.result.results if result.node.resource_type == "model"]
    with connect(Role.TRANSFORMER) as connection:
        for number, model in enumerate(models):
            statement = sql.SQL(model.compiled_code.replace("{", "{{").replace("}", "}}"))
            table = sql.Identifier(f"statement_{number}")
            with timings.clock(STAGE):
                connection.execute(sql.SQL("create temp table {} as {}").format(table, statement.format()))
        connection.rollback()
    return timings
