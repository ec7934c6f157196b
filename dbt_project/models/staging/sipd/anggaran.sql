-- Lines of budget documents (DPA and DPPA).
with accepted as (
    {{ accepted_rows('sipd', 'anggaran', [
        'kode_skpd', 'nama_skpd', 'kode_sub_kegiatan', 'nama_sub_kegiatan', 'kode_rekening', 'uraian', 'sumber_dana',
        'no_dpa', 'tgl_dpa', 'jenis', 'pagu',
    ]) }}
)

select
    {{ address('accepted') }},
    kode_skpd as skpd_code,
    nama_skpd as skpd_name,
    kode_sub_kegiatan as sub_activity_code,
    nama_sub_kegiatan as sub_activity_name,
    kode_rekening as account_code,
    uraian as line_description,
    sumber_dana as budget_source,
    no_dpa as document_no,
    quality.to_date_id(tgl_dpa) as document_date,
    jenis as document_kind,
    quality.to_whole_id(pagu) as budget_idr
from accepted
