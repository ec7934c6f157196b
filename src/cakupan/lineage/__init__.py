"""Lineage in open formats: OpenLineage events of each night, and where every published column comes from."""
