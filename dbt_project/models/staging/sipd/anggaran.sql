-- Lines of budget documents (DPA and DPPA).
select
    {{ address('accepted') }},
    accepted.kode_skpd as skpd_code,
    accepted.nama_skpd as skpd_name,
    accepted.kode_sub_kegiatan as sub_activity_code,
    accepted.nama_sub_kegiatan as sub_activity_name,
    accepted.kode_rekening as account_code,
    accepted.uraian as line_description,
    accepted.sumber_dana as budget_source,
    accepted.no_dpa as document_no,
    quality.to_date_id(accepted.tgl_dpa) as document_date,
    accepted.jenis as document_kind,
    quality.to_whole_id(accepted.pagu) as budget_idr
from {{ source('keyed', 'sipd_anggaran') }} as accepted
