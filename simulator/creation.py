"""Creates the city: everything as it is on the first night."""

from datetime import date

from simulator.budget import budget_lines, other_orders
from simulator.city import City
from simulator.construction import create_construction
from simulator.dbhcht import create_programme, finish, write_next_orders, write_orders
from simulator.memberships import create_memberships
from simulator.outreach import add_applications, create_outreach
from simulator.people import Births
from simulator.plants import Plants
from simulator.reference import create_reference
from simulator.rosters import create_rosters
from simulator.seeds import stream


def create_city(seed: int, size: int, first_night: date) -> City:
    """Create the city; it depends on seed, size and first night only."""
    births = Births(stream(seed, size, first_night, "births"), first_night)
    city = City(seed, size, first_night, births)
    city.workers = list(births.workforce(size))
    create_memberships(city)
    programme = create_programme(city)
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
    create_rosters(city)
    create_construction(city)
    create_outreach(city)
    add_applications(city, city.stream("aid"), city.share(0.02, 24), first_night, 120)
    create_reference(city)
    return city
