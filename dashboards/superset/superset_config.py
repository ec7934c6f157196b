"""Superset's settings; the key with which it signs is in the environment, or in the file that the environment names."""

import os
from pathlib import Path

_file = os.environ.get("SUPERSET_SECRET_KEY_FILE")
SECRET_KEY = Path(_file).read_text(encoding="utf-8").strip() if _file else os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_DATABASE_URI"]
TALISMAN_ENABLED = True
ENABLE_PROXY_FIX = True
# Cells of the warehouse are asked anew when a night was published, not kept from the night before.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 300}
BABEL_DEFAULT_LOCALE = "en"
