-- The workers BPJS Ketenagakerjaan counts as eligible, by year, and the letter that says so.
with accepted as (
    {{ accepted_rows('bpjstk', 'semesta', ['tahun', 'semesta', 'no_surat', 'tgl_surat']) }}
)

select
    {{ address('accepted') }},
    quality.to_year(tahun) as year,
    quality.to_whole_iso(semesta) as eligible_workers,
    no_surat as letter_no,
    quality.to_date_iso(tgl_surat) as letter_date
from accepted
