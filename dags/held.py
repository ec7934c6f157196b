"""A held delivery waits for a person: Airflow shows why it is held, and asks whether it is let in or turned away."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator, HITLOperator
from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import Param, dag, task

from cakupan import night, orchestration


@dag(
    schedule=orchestration.after_the_night(),
    start_date=orchestration.START,
    catchup=False,
    max_active_runs=1,
    tags=["held"],
    doc_md="Asks about each held delivery once: a run of `decide` for each, named by its number.",
)
def ask_about_held() -> None:
    """Find what is held, and begin a decision for each."""

    @task
    def held_deliveries() -> list[dict[str, Any]]:
        return orchestration.decisions_to_ask_for()

    TriggerDagRunOperator.partial(
        task_id="ask", trigger_dag_id="decide", skip_when_already_exists=True, openlineage_inject_parent_info=False
    ).expand_kwargs(held_deliveries())


@dag(
    schedule=None,
    start_date=orchestration.START,
    catchup=False,
    default_args=orchestration.task_defaults(),
    tags=["held"],
    doc_md=__doc__,
)
def decide() -> None:
    """Ask a person, do as they say, and build again the nights that it touches."""
    # ApprovalOperator would skip what follows a rejection, which is put on record as well.
    asked = HITLOperator(
        task_id="ask",
        subject="{{ dag_run.conf['subject'] }}",
        body="{{ dag_run.conf['body'] }}",
        options=[ApprovalOperator.APPROVE, ApprovalOperator.REJECT],
        params={"why": Param("", type="string", description="Alasan · On what grounds")},
    )

    @task
    def put_on_record(answer: dict[str, Any], dag_run: Any = None) -> None:
        night.decide(
            dag_run.conf["delivery_id"],
            answer["responded_by_user"]["name"],
            answer["params_input"].get("why") or "",
            let_in=answer["chosen_options"] == [ApprovalOperator.APPROVE],
        )

    put_on_record(asked.output) >> TriggerDagRunOperator(
        task_id="restate",
        trigger_dag_id="restate",
        conf={"night": "{{ dag_run.conf['night'] }}"},
        openlineage_inject_parent_info=False,
    )


ask_about_held()
decide()
