-- The workers BPJS Ketenagakerjaan counts as eligible, by year, and the letter that says so.
select
    {{ address('accepted') }},
    quality.to_year(accepted.tahun) as year,
    quality.to_whole_iso(accepted.semesta) as eligible_workers,
    accepted.no_surat as letter_no,
    quality.to_date_iso(accepted.tgl_surat) as letter_date
from {{ source('keyed', 'bpjstk_semesta') }} as accepted
