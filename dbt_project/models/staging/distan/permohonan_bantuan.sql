-- Aid applications of farmer groups.
select
    {{ address('accepted') }},
    accepted.no_permohonan as application_no,
    quality.to_date_id(accepted.tgl_permohonan) as applied_on,
    accepted.nik_key as worker_key,
    accepted.kelompok_tani as farmer_group,
    accepted.jenis_bantuan as aid_kind,
    quality.to_whole_id(accepted.nilai) as value_idr
from {{ source('keyed', 'distan_permohonan_bantuan') }} as accepted
