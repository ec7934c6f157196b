"""Cakupan: the library behind the nightly coverage warehouse."""
