-- Schemas beside marts and latest: counts after disclosure control, and what each office sees of its own.
create schema if not exists open;
create schema if not exists office;
