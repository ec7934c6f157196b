-- Memberships, as BPJS Ketenagakerjaan delivers them each night.
-- Plain casts, ten times faster than the functions that never raise: accepted cells are known to parse. A condition on a
-- cast column would be tried on rows not accepted too and could raise: put conditions on fct_membership instead.
select
    {{ address('accepted') }},
    membership.membership_key,
    worker.worker_key,
    accepted.segmen as segment_code,
    accepted.npp,
    accepted.kode_sektor as sector_code,
    -- Blanks around the commas do not matter.
    translate(accepted.program, e' \t\u00a0', '') as program_codes,
    accepted.sumber_iuran as funding_source_code,
    accepted.status,
    accepted.tgl_aktif::date as active_from,
    accepted.tgl_nonaktif::date as inactive_from,
    accepted.kode_wilayah as region_code
from {{ source('accepted', 'bpjstk_kepesertaan') }} as accepted
left join {{ source('identity', 'membership') }} as membership on accepted.kpj = membership.kpj
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
