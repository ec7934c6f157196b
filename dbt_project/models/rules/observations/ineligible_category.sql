-- The decree names the worker under a category that the list of categories payable from DBHCHT in that year does not hold.
-- Legal basis: PMK 72/2024, whose article text on contributions was not seen; the list rests on published practice.
with recipient as (
    select distinct on (beneficiary.decree_no, beneficiary.worker_key)
        beneficiary.decree_no,
        beneficiary.worker_key,
        beneficiary.decree_date,
        beneficiary.worker_category,
        {{ address_word('beneficiary') }} as evidence
    from {{ ref('stored_fct_beneficiary') }} as beneficiary
    where beneficiary.validation_id in ({{ in_force('disnaker', 'penerima_dbhcht') }})
    order by beneficiary.decree_no, beneficiary.worker_key
)

select
    null::text as sp2d_no,
    decree_no,
    worker_key,
    null::uuid as membership_key,
    null::text as contribution_month,
    null::text as skpd_code,
    null::text as sub_activity_code,
    null::text as account_code,
    null::bigint as amount_idr,
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
