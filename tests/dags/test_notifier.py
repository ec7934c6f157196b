"""Messages go out through Airflow's notifiers, whatever is in them and whatever the mail server does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cakupan import orchestration, settings
from tests.notices.mail_server import Mailbox, mail_server

CONFIGURED = [{"class": "pager.Pager", "arguments": {"text": "{{ message.subject }}"}, "for": "data_team"}]
BROKEN = [{"class": "pager.Broken"}]


def connection(**extra: Any) -> str:
    return json.dumps({"conn_type": "fs", "extra": {"path": "/srv", **extra}})


def send(installation: Path, mailbox: Mailbox, attachment: Path, program: str = "tests.dags.sending") -> dict[str, Any]:
    server = {"disable_ssl": True, "disable_tls": True, "from_email": "cakupan@example.go.id", "retry_limit": 0}
    environment = {
        "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(
            {"conn_type": "smtp", "host": "127.0.0.1", "port": mailbox.port, "extra": server}
        ),
        "AIRFLOW_CONN_AGENCY_SIPD": connection(email="bpkad@example.go.id"),
        "AIRFLOW_CONN_AGENCY_PUPR": connection(),
        "AIRFLOW_CONN_AGENCY_PBJ": connection(email="a@example.go.id\nBcc: all@example.com"),
        "TEST_CONFIGURED": json.dumps(CONFIGURED),
        "TEST_HALF": json.dumps(CONFIGURED + BROKEN),
        "TEST_BROKEN": json.dumps(BROKEN),
        "TEST_NONSENSE": '{"class": "pager.Pager"}',
    }
    ran = subprocess.run(
        [sys.executable, "-m", program, str(attachment)],
        env=os.environ | orchestration.environment() | environment, cwd=settings.PROJECT,
        text=True, capture_output=True, check=True,
    )  # fmt: skip
    return dict(json.loads(ran.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def told(installation: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    attachment = tmp_path_factory.mktemp("sent") / "perbaikan.csv"
    attachment.write_text("berkas;lembar")
    with mail_server() as mailbox:
        answers = send(installation, mailbox, attachment)
        return answers | {"mail": mailbox.messages}


def test_mail_goes_out_with_its_attachment_and_nothing_in_it_is_a_template(told: dict[str, Any]) -> None:
    assert told["mailed"] is None
    (mail,) = told["mail"]
    assert (mail["to"], mail["from"]) == ("office@example.go.id", "cakupan@example.go.id")
    assert mail["subject"] == "<script>{{ 7 * 7 }}</script> {% raw %}"
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert "{{ 7 * 7 }}" in parts["text/html"].get_content()
    assert [part.get_filename() for part in mail.walk() if part.get_filename()] == ["perbaikan.csv"]


def test_without_an_address_nothing_goes_out(told: dict[str, Any]) -> None:
    assert told["without address"] == "KEPT"


def test_an_offices_address_is_in_its_connection(told: dict[str, Any]) -> None:
    assert told["address"] == "bpkad@example.go.id"
    assert told["no address"] == [None, None]


def test_other_notifiers_are_named_in_the_configuration(told: dict[str, Any]) -> None:
    assert told["CONFIGURED"] is None
    assert told["paged"] == ["<script>{{ 7 * 7 }}</script> {% raw %}"] * 2
    assert told["office is not paged"] == "KEPT"


def test_a_way_that_does_not_work_is_named_and_fails_nothing(told: dict[str, Any]) -> None:
    assert told["HALF"] == "Broken: ConnectionError: no network"
    # Who was away some seconds ago is not asked again.
    assert told["BROKEN"].startswith("NOT SENT Broken: NoAnswer: did not answer some minutes ago")
    assert told["NONSENSE"].startswith("NOT SENT CAKUPAN_NOTIFIERS is no JSON list")


def test_a_mail_server_that_never_answers_costs_a_night_seconds(installation: Path, tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0), backlog=64)) as silent:
        began = time.monotonic()
        answers = send(installation, Mailbox(silent.getsockname()[1]), tmp_path / "none", "tests.dags.sending_much")
        took = time.monotonic() - began
    assert len(answers["letters"]) == 15
    assert all(letter.startswith("NOT SENT SmtpNotifier: NoAnswer") for letter in answers["letters"])
    assert answers["seconds"] < 12
    assert took < 60


def test_the_marts_are_due_at_five_of_the_night_and_never_for_a_past_one(told: dict[str, Any]) -> None:
    five = "2025-09-08 22:00:00+00:00"
    assert told["due"] == [five, five, "None", "None"]
    assert told["reference"] == "2999-12-30 22:00:00+00:00"


def test_airflow_knows_the_deadline_from_the_installed_package(told: dict[str, Any]) -> None:
    assert "cakupan.orchestration.deadline.MartsDue" in told["references"]


def test_a_mail_server_that_refuses_fails_nothing(told: dict[str, Any]) -> None:
    assert told["refused"].startswith("NOT SENT SmtpNotifier: SMTPRecipientsRefused")
