-- The membership is active at DBHCHT's expense, but no decree names the worker for this month.
with named as (
    select beneficiary.worker_key
    from {{ ref('stored_fct_beneficiary') }} as beneficiary
    where
        beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
        and beneficiary.contribution_month = {{ as_of_month() }}
)

select
    null::text as sp2d_no,
    null::text as decree_no,
    membership.worker_key,
    null::uuid as membership_key,
    null::text as contribution_month,
    null::text as skpd_code,
    null::text as sub_activity_code,
    null::text as account_code,
    null::bigint as amount_idr,
    'Kepesertaan BPU aktif dengan sumber iuran DBHCHT, tetapi pekerja tidak tercantum dalam SK mana pun untuk bulan '
    || {{ as_of_month() }} || '.' as explanation,
    array_agg({{ address_word('membership') }} order by membership.row_number) as evidence
from {{ ref('stored_fct_membership') }} as membership
where
    membership.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
    and membership.funding_source_code = 'DBHCHT'
    and {{ is_active_membership('membership') }}
    and not exists (select 1 from named where named.worker_key = membership.worker_key)
    -- Between two decrees nobody is named; that is no question about a worker.
    and exists (select 1 from named)
group by membership.worker_key
