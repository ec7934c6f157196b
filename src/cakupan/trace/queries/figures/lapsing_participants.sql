-- Participants who pay for themselves and whose JKK lapses in a month: the fourth after the last one paid.
with members as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'kepesertaan'
),

posted as (
    select validation_id
    from ledger.run_input
    where run_id = %(run)s and agency = 'bpjstk' and feed = 'iuran'
),

last_paid as (
    select
        membership_key,
        max(contribution_month) as contribution_month
    from warehouse.int_contribution
    where validation_id in (select posted.validation_id from posted) and program_code = 'JKK'
    group by membership_key
)

select
    membership.worker_key::text as who,
    1 as value,
    membership.delivery_id,
    membership.sheet,
    membership.row_number
from warehouse.history_fct_membership as membership
inner join last_paid on membership.membership_key = last_paid.membership_key
where
    membership.validation_id in (select members.validation_id from members)
    and membership.segment_code = 'BPU'
    and membership.status = 'AKTIF'
    and membership.active_from <= %(as_of)s
    and (membership.inactive_from is null or membership.inactive_from > %(as_of)s)
    and to_char(to_date(last_paid.contribution_month, 'YYYYMM') + interval '4 months', 'YYYYMM') = %(lapse_month)s
    and membership.funding_source_code = %(funding_source_code)s
