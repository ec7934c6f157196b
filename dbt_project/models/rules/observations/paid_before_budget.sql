with document as (
    select distinct on ({{ fiscal_year('document_date') }}, skpd_code, sub_activity_code, account_code)
        {{ fiscal_year('document_date') }} as fiscal_year,
        skpd_code,
        sub_activity_code,
        account_code,
        document_no,
        document_date,
        {{ address_word('budget') }} as evidence
    from {{ ref('stored_fct_budget') }} as budget
    where
        validation_id in ({{ in_force('sipd', 'anggaran') }})
        and budget_source = 'DBHCHT'
    order by
        {{ fiscal_year('document_date') }}, skpd_code, sub_activity_code, account_code, document_date, document_no
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'SP2D terbit ' || {{ tanggal('sp2d.sp2d_date') }} || ', ' || (document.document_date - sp2d.sp2d_date)
    || ' hari sebelum dokumen anggaran pertamanya ' || document.document_no || ' tanggal '
    || {{ tanggal('document.document_date') }} || '.' as explanation,
    array[sp2d.evidence, document.evidence] as evidence
from {{ ref('int_dbhcht_order') }} as sp2d
inner join document
    on
        sp2d.fiscal_year = document.fiscal_year
        and sp2d.skpd_code = document.skpd_code
        and sp2d.sub_activity_code = document.sub_activity_code
        and sp2d.account_code = document.account_code
where sp2d.sp2d_date < document.document_date
