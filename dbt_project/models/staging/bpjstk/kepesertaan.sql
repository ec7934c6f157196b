-- Memberships, as BPJS Ketenagakerjaan delivers them each night.
-- Plain casts, ten times faster than the functions that never raise: accepted cells are known to parse. A condition on a
-- cast column would be tried on rows not accepted too and could raise: put conditions on fct_membership instead.
select
    {{ address('accepted') }},
    accepted.kpj_key as membership_key,
    accepted.nik_key as worker_key,
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
from {{ source('keyed', 'bpjstk_kepesertaan') }} as accepted
