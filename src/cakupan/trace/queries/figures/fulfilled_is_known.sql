-- Whether the feeds that measure a pledge were ever accepted.
with accepted as (
    select
        agency || '.' || feed as feed,
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
    case
        when %(agency_code)s = 'hukum' then exists (select 1 from accepted where accepted.feed = 'hukum.regulasi')
        else
            exists (select 1 from accepted where accepted.feed = 'bpjstk.kepesertaan')
            and exists (select 1 from accepted where accepted.feed = (select pledge.roster from pledge))
    end as is_known
