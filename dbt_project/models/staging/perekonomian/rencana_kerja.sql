-- What each agency pledged, with target and due date.
select
    {{ address('accepted') }},
    accepted.perangkat_daerah as agency_name,
    accepted.kode as agency_code,
    accepted.komitmen as commitment,
    accepted.indikator as indicator,
    accepted.daftar as roster,
    quality.to_whole_id(accepted.target) as target,
    quality.to_date_id(accepted.batas_waktu) as due_date
from {{ source('keyed', 'perekonomian_rencana_kerja') }} as accepted
