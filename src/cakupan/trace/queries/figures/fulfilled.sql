-- What a pledge is measured by: covered workers of the roster it names, or of the legal office regulations in force.
with accepted as (
    select
        agency || '.' || feed as feed,
        delivery_id,
        validation_id
    from ledger.run_input
    where run_id = %(run)s
),

pledge as (
    select roster
    from warehouse.fct_commitment
    where
        validation_id in (
            select accepted.validation_id
            from accepted
            where accepted.feed = 'perekonomian.rencana_kerja'
        )
        and agency_code = %(agency_code)s
        and commitment = %(commitment)s
)

select
    roster.worker_key::text as who,
    1 as value,
    roster.delivery_id,
    roster.sheet,
    roster.row_number
from warehouse.history_fct_roster as roster
inner join warehouse.history_fct_coverage_daily as coverage
    on coverage.run_id = %(run)s and roster.worker_key = coverage.worker_key
where
    roster.run_id = %(run)s
    and roster.roster = (select pledge.roster from pledge)
    and coverage.is_active_participant
    and %(agency_code)s <> 'hukum'
union all
select
    regulation_id as who,
    1 as value,
    delivery_id,
    sheet,
    row_number
from warehouse.stg_hukum_regulasi
where
    delivery_id in (select accepted.delivery_id from accepted where accepted.feed = 'hukum.regulasi')
    and %(agency_code)s = 'hukum'
    and status = 'Berlaku'
    and title like '%%Jaminan Sosial Ketenagakerjaan%%'
