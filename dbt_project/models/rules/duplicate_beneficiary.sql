with named as (
    select
        beneficiary.worker_key,
        beneficiary.contribution_month,
        count(distinct beneficiary.decree_no) as decrees,
        string_agg(distinct beneficiary.decree_no, ', ' order by beneficiary.decree_no) as decree_nos,
        array_agg({{ address_word('beneficiary') }} order by beneficiary.decree_no) as evidence
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    group by beneficiary.worker_key, beneficiary.contribution_month
)

select
    worker_key,
    contribution_month,
    'Tercantum dalam ' || decrees || ' SK untuk bulan ' || contribution_month || ': ' || decree_nos || '.' as explanation,
    evidence
from named
where decrees > 1
