-- What dbt reads: accepted rows under keys. The list of unresolved membership numbers is a function's alone.
create schema if not exists keyed;
drop view if exists identity.unresolved_participant;
