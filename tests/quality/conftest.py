"""Fixtures of the quality tests."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.quality.deliveries import Warehouse


@pytest.fixture
def warehouse(database: psycopg.Connection[Any]) -> Warehouse:
    return Warehouse(database)
