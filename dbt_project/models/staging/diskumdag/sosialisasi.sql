-- Attendance at outreach meetings.
select
    {{ address('accepted') }},
    accepted.id as attendance_id,
    accepted.kegiatan_id as event_id,
    quality.to_date_iso(accepted.tanggal) as event_date,
    accepted.tempat as place,
    worker.worker_key
from {{ source('accepted', 'diskumdag_sosialisasi') }} as accepted
left join {{ source('identity', 'worker') }} as worker on accepted.nik = worker.nik
