"""Which connections leave this machine, so that what is sent over them must be hidden from who listens."""

from __future__ import annotations

import ipaddress

LOCAL_NAMES = frozenset({"localhost", "localhost.localdomain", "ip6-localhost"})


def stays_here(host: str) -> bool:
    """Tell whether what is sent to the host never leaves this machine: loopback, or the folder of a socket."""
    name = host.strip().strip("[]").rstrip(".").lower()
    if name.startswith("/") or name in LOCAL_NAMES:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)  # ::ffff:127.0.0.1
    return bool((mapped or address).is_loopback)
