with posted as (
    select *
    from {{ tonight('stored_dbhcht_lineage') }}
    where
        run_id = {{ run_id() }}
        and posted_amount_idr > 0
),

tariff as materialized (
    {{ dbhcht_tariff_of('select distinct posted.contribution_month from posted') }}
)

select
    posted.sp2d_no,
    posted.decree_no,
    posted.worker_key,
    posted.membership_key,
    posted.contribution_month,
    posted.skpd_code,
    posted.sub_activity_code,
    posted.account_code,
    posted.posted_amount_idr - tariff.due_idr as amount_idr,
    'Dibukukan ' || {{ rupiah('posted.posted_amount_idr') }} || ' untuk bulan ' || posted.contribution_month
    || ', sedangkan tarif JKK dan JKM yang berlaku ' || {{ rupiah('tariff.due_idr') }} || ' ('
    || case when posted.posted_amount_idr > tariff.due_idr then 'lebih ' else 'kurang ' end
    || {{ rupiah('abs(posted.posted_amount_idr - tariff.due_idr)') }} || ').' as explanation,
    posted.evidence,
    tariff.due_idr as expected_idr,
    posted.posted_amount_idr as actual_idr
from posted
inner join tariff on posted.contribution_month = tariff.contribution_month
where posted.posted_amount_idr <> tariff.due_idr
