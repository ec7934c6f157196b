{{ config(
    tags=['marts'],
    indexes=[{'columns': ['run_id', 'feed', 'column_name', 'code'], 'unique': true}],
) }}

-- Codes of rows in force that no reference list holds on the night. The rows are in every sum; only their meaning is unknown.
with office as (
    select agency.skpd_code
    from {{ ref('agency') }} as agency
    where
        agency.skpd_code is not null
        and {{ valid_on_night('agency') }}
),

known (list, code) as (
    select
        'budget_source' as list,
        source.budget_source as code
    from {{ ref('budget_source') }} as source
    where {{ valid_on_night('source') }}
    union all
    select
        'office' as list,
        office.skpd_code as code
    from office
    union all
    select
        'agency' as list,
        agency.agency_code as code
    from {{ ref('agency') }} as agency
    where {{ valid_on_night('agency') }}
    union all
    select
        'region' as list,
        region.region_code as code
    from {{ ref('region') }} as region
    where
        region.region_level = 'VILLAGE'
        and {{ valid_on_night('region') }}
    union all
    select
        'sector' as list,
        sector.sector_code as code
    from {{ ref('sector') }} as sector
    where {{ valid_on_night('sector') }}
    union all
    select
        'recipient_category' as list,
        category.worker_category as code
    from {{ ref('recipient_category') }} as category
    where {{ valid_on_night('category') }}
    union all
    select
        category.roster as list,
        category.worker_category as code
    from {{ ref('roster_category') }} as category
    where {{ valid_on_night('category') }}
    {%- for roster in (rosters().split() + ['disnaker.penerima_dbhcht']) %}
    union all
    select
        'roster' as list,
        '{{ roster }}' as code
    {%- endfor %}
),

category_column as (
    select
        category.roster,
        min(category.column_name) as column_name
    from {{ ref('roster_category') }} as category
    group by category.roster
),

-- A region outside the city is no unknown one: everywhere else is LUAR.
membership as (
    select
        region_code,
        business_date,
        count(*) as rows
    from {{ ref('stored_fct_membership') }}
    where
        validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
        and {{ in_city('region_code') }}
    group by region_code, business_date
),

roster as (
    select
        listed.roster,
        listed.worker_category,
        listed.region_code,
        input.business_date,
        count(*) as rows
    from {{ ref('stored_fct_roster') }} as listed
    inner join {{ source('ledger', 'run_input') }} as input
        on listed.delivery_id = input.delivery_id and input.run_id = {{ run_id() }}
    where
        listed.run_id = {{ run_id() }}
        and listed.roster <> 'disnaker.penerima_dbhcht'
    group by listed.roster, listed.worker_category, listed.region_code, input.business_date
),

recipient as (
    select
        worker_category,
        proposing_skpd_code,
        region_code,
        business_date,
        count(*) as rows
    from {{ ref('penerima_dbhcht') }}
    where delivery_id in ({{ deliveries_in_force('disnaker', 'penerima_dbhcht') }})
    group by worker_category, proposing_skpd_code, region_code, business_date
),

used (feed, column_name, list, code, business_date, rows, amount_idr) as (
    select
        'sipd.anggaran' as feed,
        used.column_name,
        used.list,
        used.code,
        budget.business_date,
        1::bigint as rows,
        budget.budget_idr as amount_idr
    from {{ ref('stored_fct_budget') }} as budget
    cross join
        lateral (
            values
            ('sumber_dana', 'budget_source', budget.budget_source),
            ('kode_skpd', 'office', budget.skpd_code)
        ) as used (column_name, list, code)
    where budget.validation_id in ({{ in_force('sipd', 'anggaran') }})
    union all
    select
        'sipd.sp2d' as feed,
        used.column_name,
        used.list,
        used.code,
        sp2d.business_date,
        1::bigint as rows,
        sp2d.amount_idr
    from {{ ref('stored_fct_disbursement') }} as sp2d
    cross join
        lateral (
            values
            ('sumber_dana', 'budget_source', sp2d.budget_source),
            ('kode_skpd', 'office', sp2d.skpd_code)
        ) as used (column_name, list, code)
    where sp2d.validation_id in ({{ in_force('sipd', 'sp2d') }})
    union all
    select
        'bpjstk.kepesertaan' as feed,
        'kode_wilayah' as column_name,
        'region' as list,
        region_code as code,
        business_date,
        rows,
        null::bigint as amount_idr
    from membership
    union all
    select
        roster.roster as feed,
        coalesce(category_column.column_name, 'kategori') as column_name,
        roster.roster as list,
        roster.worker_category as code,
        roster.business_date,
        roster.rows,
        null::bigint as amount_idr
    from roster
    left join category_column on roster.roster = category_column.roster
    union all
    select
        roster.roster as feed,
        'kode_wilayah' as column_name,
        'region' as list,
        roster.region_code as code,
        roster.business_date,
        roster.rows,
        null::bigint as amount_idr
    from roster
    where {{ in_city('roster.region_code') }}
    union all
    select
        'disnaker.penerima_dbhcht' as feed,
        used.column_name,
        used.list,
        used.code,
        recipient.business_date,
        recipient.rows,
        null::bigint as amount_idr
    from recipient
    cross join
        lateral (
            values
            ('kategori', 'recipient_category', recipient.worker_category),
            ('skpd_pengusul', 'office', recipient.proposing_skpd_code),
            ('kode_wilayah', 'region', case when {{ in_city('recipient.region_code') }} then recipient.region_code end)
        ) as used (column_name, list, code)
    union all
    select
        'pbj.kontrak' as feed,
        'buyer' as column_name,
        'office' as list,
        contract.buyer_skpd_code as code,
        contract.business_date,
        1::bigint as rows,
        contract.contract_value_idr as amount_idr
    from {{ ref('kontrak') }} as contract
    where contract.delivery_id in ({{ deliveries_in_force('pbj', 'kontrak') }})
    union all
    select
        'perekonomian.rencana_kerja' as feed,
        used.column_name,
        used.list,
        used.code,
        commitment.business_date,
        1::bigint as rows,
        null::bigint as amount_idr
    from {{ ref('stored_fct_commitment') }} as commitment
    cross join
        lateral (
            values
            ('kode', 'agency', commitment.agency_code),
            ('daftar', 'roster', commitment.roster)
        ) as used (column_name, list, code)
    where commitment.validation_id in ({{ in_force('perekonomian', 'rencana_kerja') }})
    union all
    select
        'bps.angkatan_kerja' as feed,
        'kode_sektor' as column_name,
        'sector' as list,
        workforce.sector_code as code,
        workforce.business_date,
        1::bigint as rows,
        null::bigint as amount_idr
    from {{ ref('angkatan_kerja') }} as workforce
    where workforce.delivery_id in ({{ deliveries_in_force('bps', 'angkatan_kerja') }})
    union all
    select
        'bpjstk.target' as feed,
        'kode_sektor' as column_name,
        'sector' as list,
        target.sector_code as code,
        target.business_date,
        1::bigint as rows,
        null::bigint as amount_idr
    from {{ ref('target') }} as target
    where target.delivery_id in ({{ deliveries_in_force('bpjstk', 'target') }})
),

unmapped as (
    select
        used.feed,
        used.column_name,
        used.code,
        min(used.business_date) as business_date,
        sum(used.rows)::bigint as rows,
        sum(used.amount_idr)::bigint as amount_idr
    from used
    left join known on used.list = known.list and used.code = known.code
    where
        used.code is not null
        and known.code is null
    group by used.feed, used.column_name, used.code
),

told as (
    {{ codes_told_before() }}
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    unmapped.feed,
    unmapped.column_name,
    unmapped.code,
    unmapped.rows,
    unmapped.amount_idr,
    least(unmapped.business_date, told.since_on) as since_on
from unmapped
left join told
    on
        unmapped.feed = told.feed
        and unmapped.column_name = told.column_name
        and unmapped.code = told.code
