-- What each agency pledged, with target and due date.
with accepted as (
    {{ accepted_rows('perekonomian', 'rencana_kerja', [
        'perangkat_daerah', 'kode', 'komitmen', 'indikator', 'daftar', 'target', 'batas_waktu',
    ]) }}
)

select
    {{ address('accepted') }},
    perangkat_daerah as agency_name,
    kode as agency_code,
    komitmen as commitment,
    indikator as indicator,
    daftar as roster,
    quality.to_whole_id(target) as target,
    quality.to_date_id(batas_waktu) as due_date
from accepted
