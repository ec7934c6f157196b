"""Stand-ins for the city's agencies: a generated city, its nightly deliveries and the right answers."""
