"""Superset's settings; every secret is read from the environment."""

import os

SECRET_KEY = os.environ["SUPERSET_SECRET_KEY"]
SQLALCHEMY_DATABASE_URI = os.environ["SUPERSET_DATABASE_URI"]
TALISMAN_ENABLED = True
ENABLE_PROXY_FIX = True
# Cells of the warehouse are asked anew when a night was published, not kept from the night before.
DATA_CACHE_CONFIG = {"CACHE_TYPE": "SimpleCache", "CACHE_DEFAULT_TIMEOUT": 300}
BABEL_DEFAULT_LOCALE = "en"
