-- Attendance at outreach meetings.
select
    {{ address('accepted') }},
    accepted.id as attendance_id,
    accepted.kegiatan_id as event_id,
    quality.to_date_iso(accepted.tanggal) as event_date,
    accepted.tempat as place,
    accepted.nik_key as worker_key
from {{ source('keyed', 'diskumdag_sosialisasi') }} as accepted
