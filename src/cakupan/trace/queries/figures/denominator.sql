-- The newest count of people to be covered: employed persons of the labour survey, or the workers BPJS counts.
with accepted as (
    select
        agency || '.' || feed as feed,
        delivery_id
    from ledger.run_input
    where run_id = %(run)s
),

counted as (
    select
        'SAKERNAS' as denominator_code,
        year,
        employed as people,
        delivery_id,
        sheet,
        row_number
    from warehouse.stg_bps_angkatan_kerja
    where delivery_id in (select accepted.delivery_id from accepted where accepted.feed = 'bps.angkatan_kerja')
    union all
    select
        'SEMESTA_BPJS' as denominator_code,
        year,
        eligible_workers as people,
        delivery_id,
        sheet,
        row_number
    from warehouse.stg_bpjstk_semesta
    where delivery_id in (select accepted.delivery_id from accepted where accepted.feed = 'bpjstk.semesta')
),

newest as (
    select max(year) as year
    from counted
    where denominator_code = %(denominator_code)s and year <= extract(year from %(as_of)s::date)
)

select
    null as who,
    counted.people as value,
    counted.delivery_id,
    counted.sheet,
    counted.row_number
from counted
inner join newest on counted.year = newest.year
where counted.denominator_code = %(denominator_code)s
