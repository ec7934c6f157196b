with deceased as (
    select distinct on (membership.worker_key)
        membership.worker_key,
        membership.inactive_from as died_on,
        {{ address_word('membership') }} as evidence
    from {{ tonight('stored_fct_membership') }} as membership
    where
        membership.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
        and membership.status = 'MENINGGAL'
        and membership.inactive_from is not null
    order by membership.worker_key, membership.inactive_from
),

paid as (
    select
        line.worker_key,
        line.contribution_month,
        sum(line.amount_idr)::bigint as amount_idr,
        array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence
    from {{ ref('int_dbhcht_contribution') }} as line
    inner join deceased on line.worker_key = deceased.worker_key
    where
        line.funding_source_code = 'DBHCHT'
        and line.contribution_month > to_char(deceased.died_on, 'YYYYMM')
    group by line.worker_key, line.contribution_month
)

select
    paid.worker_key,
    paid.contribution_month,
    paid.amount_idr,
    'Iuran DBHCHT ' || {{ rupiah('paid.amount_idr') }} || ' dibukukan untuk bulan ' || paid.contribution_month
    || ', sesudah bulan meninggalnya peserta (' || to_char(deceased.died_on, 'YYYYMM') || ').' as explanation,
    deceased.evidence || paid.evidence as evidence,
    0::bigint as expected_idr,
    paid.amount_idr as actual_idr
from paid
inner join deceased using (worker_key)
