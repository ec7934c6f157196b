-- The workers BPJS Ketenagakerjaan counts as eligible, by year, and the letter that says so.
with accepted as (
    {{ accepted_rows('bpjstk', 'semesta', ['tahun', 'semesta', 'no_surat', 'tgl_surat']) }}
)

select
    {{ address('accepted') }},
    tahun::numeric::integer as year,
    semesta::numeric::bigint as eligible_workers,
    no_surat as letter_no,
    tgl_surat::date as letter_date
from accepted
