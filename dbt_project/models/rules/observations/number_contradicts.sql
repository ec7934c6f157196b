with contradiction as (
    select
        number.sp2d_no,
        string_agg(
            number.document_kind || ': '
            || concat_ws(
                ', ',
                case
                    when number.region_code || '.' <> '{{ var("city_prefix") }}' then 'wilayah ' || number.region_code
                end,
                case when number.kind_code <> number.expected_kind_code then 'jenis dokumen ' || number.kind_code end,
                -- Some systems write the office's unit in three digits instead of four: the shorter one must open the longer.
                case
                    when
                        not starts_with(number.skpd_code, sp2d.skpd_code)
                        and not starts_with(sp2d.skpd_code, number.skpd_code)
                        then 'SKPD ' || number.skpd_code
                end,
                case
                    when number.year <> extract(year from sp2d.sp2d_date) then 'tahun ' || number.year
                end
            ),
            '; ' order by number.document_kind
        ) as contradictions
    from {{ ref('int_sipd_number') }} as number
    inner join {{ ref('int_dbhcht_order') }} as sp2d on number.sp2d_no = sp2d.sp2d_no
    where
        number.parse_status = 'PARSED'
        and (
            number.region_code || '.' <> '{{ var("city_prefix") }}'
            or number.kind_code <> number.expected_kind_code
            or (
                not starts_with(number.skpd_code, sp2d.skpd_code)
                and not starts_with(sp2d.skpd_code, number.skpd_code)
            )
            or number.year <> extract(year from sp2d.sp2d_date)
        )
    group by number.sp2d_no
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'Nomor dokumen bertentangan dengan kolomnya (SKPD ' || sp2d.skpd_code || ', tanggal ' || {{ tanggal('sp2d.sp2d_date') }}
    || '): ' || contradiction.contradictions || '.' as explanation,
    array[sp2d.evidence] as evidence
from contradiction
inner join {{ ref('int_dbhcht_order') }} as sp2d on contradiction.sp2d_no = sp2d.sp2d_no
