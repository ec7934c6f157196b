-- Active participants of the city whom a source pays for; the value of each is how many participants the city has.
with everybody as (
    select count(*) as participants
    from warehouse.history_fct_coverage_daily
    where run_id = %(run)s and is_city_participant
)

select
    coverage.worker_key::text as who,
    everybody.participants as value,
    coverage.delivery_id,
    coverage.sheet,
    coverage.row_number
from warehouse.history_fct_coverage_daily as coverage
cross join everybody
where
    coverage.run_id = %(run)s
    and coverage.is_city_participant
    and coverage.funding_source_code = %(funding_source_code)s
