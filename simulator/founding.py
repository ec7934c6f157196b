"""Founds the city: everything as it is on the first night."""

from datetime import date

from simulator.budget import budget_lines, other_orders
from simulator.city import City
from simulator.construction import found_construction
from simulator.dbhcht import finish, found_programme, write_next_orders, write_orders
from simulator.memberships import found_memberships
from simulator.outreach import add_applications, found_outreach
from simulator.people import Births
from simulator.plants import Plants
from simulator.reference import found_reference
from simulator.rosters import found_rosters
from simulator.seeds import stream


def found(seed: int, size: int, first_night: date) -> City:
    """Found the city; it depends on seed, size and first night only."""
    births = Births(stream(seed, size, first_night, "births"), first_night)
    city = City(seed, size, first_night, births)
    city.workers = list(births.workforce(size))
    found_memberships(city)
    programme = found_programme(city)
    plants = Plants(city, programme)
    plants.on_decrees()
    write_orders(city, programme)
    plants.on_orders()
    write_next_orders(city, programme)
    finish(city, programme)
    city.budget = budget_lines(city, programme)
    city.sp2ds += other_orders(city)
    # Lines of DBHCHT budgets stay clean: every payment hangs on one of them.
    for line in city.budget:
        if line.source == "DBHCHT":
            city.protected.add(f"{line.document}|{line.sub}|{line.account}|{line.source}")
    found_rosters(city)
    found_construction(city)
    found_outreach(city)
    add_applications(city, city.stream("aid"), city.share(0.02, 24), first_night, 120)
    found_reference(city)
    return city
