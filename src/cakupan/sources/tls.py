"""Why two sides could not agree on TLS, which no second try mends."""

from __future__ import annotations

import ssl

PASSING = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
"""A connection that was lost while it was being secured."""
CERTIFICATE = {10: "has expired", 9: "is not valid yet", 62: "is for another host", 64: "is for another host"}
"""What OpenSSL's codes of a failed verification mean."""


def tls_trouble(error: BaseException) -> str | None:
    """Return what is wrong, where an error goes back to TLS and will not pass by itself; None otherwise."""
    seen = set[int]()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        if isinstance(cause, ssl.SSLCertVerificationError):
            why = CERTIFICATE.get(cause.verify_code, "is not vouched for by an authority that this machine trusts")
            return f"the server's TLS certificate {why}"
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, PASSING):
            reason = str(getattr(cause, "reason", None) or "no reason given").replace("_", " ").lower()
            return f"no TLS connection comes about ({reason}): does the server speak https, and a current TLS?"
        reason_of = getattr(cause, "reason", None)  # where urllib3 keeps the cause
        cause = cause.__cause__ or cause.__context__ or (reason_of if isinstance(reason_of, BaseException) else None)
    return None
