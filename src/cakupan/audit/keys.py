"""The key that signs the record's checkpoints."""

from __future__ import annotations

import os

from cakupan import settings
from cakupan.audit.note import SigningKey

DEFAULT_ORIGIN = "cakupan.kota-batu"


def signing_key() -> SigningKey:
    """Return the installation's key: CAKUPAN_LEDGER_KEY or a secret made once; raises BadNote when it is none.

    Its name is the record's: CAKUPAN_LEDGER_ORIGIN when it was made.
    """
    name = os.environ.get("CAKUPAN_LEDGER_ORIGIN") or DEFAULT_ORIGIN
    return SigningKey.from_text(settings.secret("ledger_key", lambda: SigningKey.generate(name).text))
