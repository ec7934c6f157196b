"""When dbt need not look at the views of a layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from cakupan import settings
from cakupan.database import Role, connect
from cakupan.publish.standing import StandingViews

MADE = """
    create view warehouse.one as select 1 as n;
    comment on view warehouse.one is 'satu';
    create view warehouse.two as select n from warehouse.one;
"""
ALTERATIONS = {
    "another definition": "create or replace view warehouse.one as select 2 as n",
    "another comment": "comment on view warehouse.one is 'dua'",
    "a comment on a column": "comment on column warehouse.one.n is 'dua'",
    "dropped": "drop view warehouse.two",
    "made anew": "drop view warehouse.two; create view warehouse.two as select n from warehouse.one",
}


@pytest.fixture
def project(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dbt project whose views of both layers were made and looked at."""
    monkeypatch.setattr(settings, "DBT_PROJECT", tmp_path)
    (settings.home() / "dbt").mkdir(exist_ok=True)
    (tmp_path / "models").mkdir()
    (tmp_path / "models/one.sql").write_text("select 1 as n")
    (tmp_path / "dbt_project.yml").write_text("name: small")
    as_transformer(MADE)
    assert standing() == []
    with connect(Role.LOADER) as connection:
        views = StandingViews(connection)
        views.note("reference")
        views.note("night")
    return tmp_path


def as_transformer(statements: str) -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(statements)


def standing() -> list[str]:
    with connect(Role.LOADER) as connection:
        views = StandingViews(connection)
        return [layer for layer in ("reference", "night") if views.stand(layer)]


def test_views_stand_in_layers_that_were_looked_at(project: Path) -> None:
    assert standing() == ["reference", "night"]


@pytest.mark.parametrize("alteration", ALTERATIONS.values(), ids=ALTERATIONS)
def test_after_an_alteration_no_layer_stands_until_it_was_looked_at_again(project: Path, alteration: str) -> None:
    as_transformer(alteration)
    assert standing() == []
    with connect(Role.LOADER) as connection:
        StandingViews(connection).note("reference")
    assert standing() == ["reference"]


def test_a_layer_of_another_project_does_not_stand(project: Path) -> None:
    (project / "models/one.sql").write_text("select 3 as n")
    assert standing() == []
    with connect(Role.LOADER) as connection:
        StandingViews(connection).note("reference")
    assert standing() == ["reference"]


def test_a_model_of_another_name_is_another_project(project: Path) -> None:
    (project / "models/one.sql").rename(project / "models/two.sql")
    assert standing() == []


def test_views_of_one_machine_do_not_stand_on_several(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAKUPAN_CITUS", "on")
    assert standing() == []


@pytest.mark.parametrize("content", ["", "[]", '{"as_left": null}', '{"layers": {"reference": "x"}}'])
def test_a_note_that_is_lost_or_spoiled_has_every_view_looked_at(
    project: Path, database_name: str, content: str
) -> None:
    (settings.home() / "dbt" / f"views_of_{database_name}.json").write_text(content)
    assert standing() == []
