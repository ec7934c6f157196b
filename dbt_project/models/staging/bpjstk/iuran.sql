-- Posted contributions, each delivery holding what is new.
-- Plain casts, ten times faster than the functions that never raise: accepted cells are known to parse. A condition on a
-- cast column would be tried on rows not accepted too and could raise: put conditions on int_contribution instead.
select
    {{ address('accepted') }},
    accepted.no_transaksi as transaction_no,
    accepted.kode_billing as billing_code,
    accepted.kpj_key as membership_key,
    accepted.bulan_iuran as contribution_month,
    accepted.program as program_code,
    accepted.jumlah::numeric::bigint as amount_idr,
    accepted.tgl_bayar::date as paid_on,
    accepted.sumber_dana as funding_source_code
from {{ source('keyed', 'bpjstk_iuran') }} as accepted
