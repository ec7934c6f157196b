"""The tamper-evident record of what was delivered, decided and published, and the proofs drawn from it."""
