-- More was paid out in a fiscal year than its budget line in force holds.
select
    null::text as sp2d_no,
    null::text as decree_no,
    null::uuid as worker_key,
    null::uuid as membership_key,
    null::text as contribution_month,
    skpd_code,
    sub_activity_code,
    account_code,
    fiscal_year,
    disbursed_idr - budget_idr as amount_idr,
    'Realisasi tahun anggaran ' || fiscal_year || ' ' || {{ rupiah('disbursed_idr') }}
    || ' melebihi pagu ' || {{ rupiah('budget_idr') }}
    || ' sebesar ' || {{ rupiah('disbursed_idr - budget_idr') }} || '.' as explanation,
    evidence
from {{ ref('stored_dbhcht_reconciliation') }}
where
    run_id = {{ run_id() }}
    and budget_idr > 0
    and disbursed_idr > budget_idr
