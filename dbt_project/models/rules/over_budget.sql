select
    skpd_code,
    sub_activity_code,
    account_code,
    fiscal_year,
    disbursed_idr - budget_idr as amount_idr,
    'Realisasi tahun anggaran ' || fiscal_year || ' ' || {{ rupiah('disbursed_idr') }}
    || ' melebihi pagu ' || {{ rupiah('budget_idr') }}
    || ' sebesar ' || {{ rupiah('disbursed_idr - budget_idr') }} || '.' as explanation,
    evidence,
    budget_idr as expected_idr,
    disbursed_idr as actual_idr
from {{ ref('stored_dbhcht_reconciliation') }}
where
    run_id = {{ run_id() }}
    and budget_idr > 0
    and disbursed_idr > budget_idr
