with share as (
    select
        document_kind,
        avg((parse_status = 'PARSED')::integer) as parsed_share
    from {{ ref('int_sipd_number') }}
    group by document_kind
),

unreadable as (
    select
        number.sp2d_no,
        string_agg(
            number.document_kind || ' ' || number.document_no, '; ' order by number.document_kind
        ) as numbers
    from {{ ref('int_sipd_number') }} as number
    inner join share on number.document_kind = share.document_kind
    where
        number.parse_status = 'UNPARSED'
        and share.parsed_share > {{ threshold('GRAMMAR_SHARE') }}
    group by number.sp2d_no
)

select
    sp2d.sp2d_no,
    sp2d.decree_no,
    sp2d.skpd_code,
    sp2d.sub_activity_code,
    sp2d.account_code,
    sp2d.amount_idr,
    'Nomor tidak mengikuti pola SIPD yang diikuti sebagian besar nomor kota: ' || unreadable.numbers || '.' as explanation,
    array[sp2d.evidence] as evidence
from unreadable
inner join {{ ref('int_dbhcht_order') }} as sp2d on unreadable.sp2d_no = sp2d.sp2d_no
