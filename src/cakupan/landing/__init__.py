"""From archived bytes to rows of text: reads a delivery as its feed declares and copies it into its landing table."""

from cakupan.landing.cache import CannotLandAgain, land_again
from cakupan.landing.landing import Landed, land
from cakupan.landing.refusals import Refused
from cakupan.landing.tables import ensure_landing_table

__all__ = ["CannotLandAgain", "Landed", "Refused", "ensure_landing_table", "land", "land_again"]
