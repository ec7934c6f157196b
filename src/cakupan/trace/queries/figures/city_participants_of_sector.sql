-- Active participants of the city in a sector of the workforce table, to which some sectors are counted together.
with merged as (
    select
        sector_code,
        workforce_sector_code
    from reference.sector
    where %(as_of)s::date between valid_from and coalesce(valid_to, 'infinity')
)

select
    coverage.worker_key::text as who,
    1 as value,
    coverage.delivery_id,
    coverage.sheet,
    coverage.row_number
from warehouse.history_fct_coverage_daily as coverage
left join merged on coverage.sector_code = merged.sector_code
where
    coverage.run_id = %(run)s
    and coverage.is_city_participant
    and coalesce(merged.workforce_sector_code, coverage.sector_code) = %(sector_code)s
