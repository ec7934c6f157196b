"""`python -m cakupan` is the command `cakupan`."""

from cakupan.cli import app

if __name__ == "__main__":
    app()
