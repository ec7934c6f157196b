# Brings Superset's own database and the bundle up to date, then serves; run again, it changes nothing else.
set -eu
superset db upgrade
superset fab create-admin --username admin --firstname Tim --lastname Data --email admin@localhost \
    --password "$(cat "$SUPERSET_ADMIN_PASSWORD_FILE")" || true # who is there already keeps their password
superset init
python import_bundle.py
exec gunicorn --bind 0.0.0.0:8088 --workers 2 --threads 8 --timeout 120 "superset.app:create_app()"
