"""The ledger: every write and shared query of `ledger.*`, and the entries of its tamper-evident record."""
