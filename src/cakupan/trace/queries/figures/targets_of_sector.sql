-- The newest targets of a sector of the workforce table.
with accepted as (
    select delivery_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'target'
),

newest as (
    select max(year) as year
    from warehouse.stg_bpjstk_target
    where
        delivery_id in (select accepted.delivery_id from accepted)
        and year <= extract(year from %(as_of)s::date)
),

merged as (
    select
        sector_code,
        workforce_sector_code
    from reference.sector
    where %(as_of)s::date between valid_from and coalesce(valid_to, 'infinity')
)

select
    null as who,
    yearly.target_participants as value,
    yearly.delivery_id,
    yearly.sheet,
    yearly.row_number
from warehouse.stg_bpjstk_target as yearly
inner join newest on yearly.year = newest.year
left join merged on yearly.sector_code = merged.sector_code
where
    yearly.delivery_id in (select accepted.delivery_id from accepted)
    and coalesce(merged.workforce_sector_code, yearly.sector_code) = %(sector_code)s
