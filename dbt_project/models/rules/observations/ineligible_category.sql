with recipient as (
    select distinct on (beneficiary.decree_no, beneficiary.worker_key)
        beneficiary.decree_no,
        beneficiary.worker_key,
        beneficiary.decree_date,
        beneficiary.worker_category,
        {{ address_word('beneficiary') }} as evidence
    from {{ tonight('stored_fct_beneficiary') }} as beneficiary
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    order by beneficiary.decree_no, beneficiary.worker_key
)

select
    decree_no,
    worker_key,
    'Kategori ' || worker_category || ' tidak ada dalam daftar kategori yang boleh dibayar dari DBHCHT pada tanggal SK.'
        as explanation,
    array[evidence] as evidence
from recipient
where
    not exists (
        select 1
        from {{ ref('recipient_category') }} as allowed
        where
            upper(recipient.worker_category) = allowed.worker_category
            and recipient.decree_date between allowed.valid_from and coalesce(allowed.valid_to, 'infinity')
    )
