select
    sp2d_no,
    decree_no,
    skpd_code,
    sub_activity_code,
    account_code,
    amount_idr,
    'SP2D terbit ' || {{ tanggal('sp2d_date') }} || ', ' || (spm_date - sp2d_date) || ' hari sebelum SPM-nya tanggal '
    || {{ tanggal('spm_date') }} || '.' as explanation,
    array[{{ address_word('sp2d') }}] as evidence
from {{ ref('stored_fct_disbursement') }} as sp2d
where
    validation_id in ({{ in_force('sipd', 'sp2d') }})
    and budget_source = 'DBHCHT'
    and sp2d_date < spm_date
