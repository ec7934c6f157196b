select
    line.worker_key,
    case when line.worker_key is null then line.membership_key end as membership_key,
    line.contribution_month,
    sum(line.amount_idr)::bigint as amount_idr,
    'Iuran ' || {{ rupiah('sum(line.amount_idr)') }} || ' untuk bulan ' || line.contribution_month
    || ' dibukukan dari DBHCHT dengan kode iuran ' || string_agg(distinct line.billing_code, ', ')
    || ', yang tidak dimiliki SP2D DBHCHT mana pun.' as explanation,
    array_agg({{ address_word('line') }} order by line.delivery_id, line.row_number) as evidence,
    0::bigint as expected_idr,
    sum(line.amount_idr)::bigint as actual_idr
from {{ ref('int_dbhcht_contribution') }} as line
where
    line.funding_source_code = 'DBHCHT'
    and not line.is_under_sp2d
group by 1, 2, 3
