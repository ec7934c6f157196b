"""The command `cakupan`."""

from cakupan.cli.app import app

__all__ = ["app"]
