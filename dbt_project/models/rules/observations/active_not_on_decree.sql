with named as (
    select beneficiary.worker_key
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where
        beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
        and beneficiary.contribution_month = {{ as_of_month() }}
)

select
    membership.worker_key,
    'Kepesertaan BPU aktif dengan sumber iuran DBHCHT, tetapi pekerja tidak tercantum dalam SK mana pun untuk bulan '
    || {{ as_of_month() }} || '.' as explanation,
    array_agg({{ address_word('membership') }} order by membership.row_number) as evidence
from {{ tonight('stored_fct_membership') }} as membership
where
    membership.validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
    and membership.funding_source_code = 'DBHCHT'
    and {{ is_active_membership('membership') }}
    and not exists (select 1 from named where named.worker_key = membership.worker_key)
    -- Between two decrees nobody is named; that is no question about a worker.
    and exists (select 1 from named)
group by membership.worker_key
