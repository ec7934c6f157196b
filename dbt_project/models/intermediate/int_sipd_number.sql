-- The numbers of payment orders (SP2D) and of the documents behind them (SPM), taken apart by the grammar in force, of all
-- sources of funds: what most of a city's numbers look like is what a number is expected to look like.
with document as (
    select
        sp2d.sp2d_no,
        sp2d.sp2d_date,
        sp2d.budget_source,
        number.document_kind,
        number.document_no
    from {{ ref('stored_fct_disbursement') }} as sp2d
    cross join lateral (values ('SP2D', sp2d.sp2d_no), ('SPM', sp2d.spm_no)) as number (document_kind, document_no)
    where
        sp2d.validation_id in ({{ in_force('sipd', 'sp2d') }})
        and number.document_no is not null
),

-- Taken apart once, not once for each part.
matched as materialized (
    select
        document.*,
        grammar.kind_code as expected_kind_code,
        regexp_match(document.document_no, grammar.pattern) as parts
    from document
    inner join {{ ref('document_number') }} as grammar
        on
            document.document_kind = grammar.document_kind
            and document.sp2d_date between grammar.valid_from and coalesce(grammar.valid_to, 'infinity')
)

select
    sp2d_no,
    budget_source,
    document_kind,
    document_no,
    case when parts is null then 'UNPARSED' else 'PARSED' end as parse_status,
    expected_kind_code,
    parts[1] as region_code,
    parts[2] as kind_code,
    parts[5] as skpd_code,
    parts[8]::integer as year
from matched
