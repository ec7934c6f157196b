{{ config(
    indexes=[{'columns': ['run_id', 'feed', 'column_name', 'code'], 'unique': true}],
) }}

{#- The lists of reference data: list, relation, column, and which of its rows. -#}
{%- set lists = [
    ('budget_source', ref('budget_source'), 'budget_source', none),
    ('office', ref('agency'), 'skpd_code', none),
    ('agency', ref('agency'), 'agency_code', none),
    ('region', ref('region'), 'region_code', "region_level = 'VILLAGE'"),
    ('sector', ref('sector'), 'sector_code', none),
    ('recipient_category', ref('recipient_category'), 'worker_category', none),
] %}

{#- The columns of codes: rows in force as named below, column of the feed, list that should hold it, our column. -#}
{%- set code_columns = [
    ('budget', 'sumber_dana', 'budget_source', 'budget_source'),
    ('budget', 'kode_skpd', 'office', 'skpd_code'),
    ('sp2d', 'sumber_dana', 'budget_source', 'budget_source'),
    ('sp2d', 'kode_skpd', 'office', 'skpd_code'),
    ('membership', 'kode_wilayah', 'region', 'region_code'),
    ('roster', 'kode_wilayah', 'region', 'region_code'),
    ('recipient', 'kategori', 'recipient_category', 'worker_category'),
    ('recipient', 'skpd_pengusul', 'office', 'proposing_skpd_code'),
    ('recipient', 'kode_wilayah', 'region', 'region_code'),
    ('contract', 'buyer', 'office', 'buyer_skpd_code'),
    ('commitment', 'kode', 'agency', 'agency_code'),
    ('commitment', 'daftar', 'roster', 'roster'),
    ('workforce', 'kode_sektor', 'sector', 'sector_code'),
    ('target', 'kode_sektor', 'sector', 'sector_code'),
] %}

-- Codes of rows in force that no reference list holds on the night. The rows are in every sum; only their meaning is unknown.
with known (list, code) as (
    {%- for list, relation, column, which in lists %}
    select
        '{{ list }}' as list,
        listed.{{ column }} as code
    from {{ relation }} as listed
    where
        {{ valid_on_night('listed') }}
        {%- if which %}
        and listed.{{ which }}
        {%- endif %}
    union all
    {%- endfor %}
    {%- for roster in (rosters().split() + ['disnaker.penerima_dbhcht']) %}
    select
        'roster' as list,
        '{{ roster }}' as code
    union all
    {%- endfor %}
    select
        category.roster as list,
        category.worker_category as code
    from {{ ref('roster_category') }} as category
    where {{ valid_on_night('category') }}
),

category_column as (
    select
        category.roster,
        min(category.column_name) as column_name
    from {{ ref('roster_category') }} as category
    group by category.roster
),

budget as (
    select
        'sipd.anggaran' as feed,
        business_date,
        budget_source,
        skpd_code,
        budget_idr as amount_idr
    from {{ ref('stored_fct_budget') }}
    where validation_id in ({{ in_force('sipd', 'anggaran') }})
),

sp2d as (
    select
        'sipd.sp2d' as feed,
        business_date,
        budget_source,
        skpd_code,
        amount_idr
    from {{ ref('stored_fct_disbursement') }}
    where validation_id in ({{ in_force('sipd', 'sp2d') }})
),

-- A region outside the city is no unknown one: everywhere else is LUAR.
membership as (
    select
        'bpjstk.kepesertaan' as feed,
        business_date,
        region_code,
        null::bigint as amount_idr
    from {{ tonight('stored_fct_membership') }}
    where
        validation_id in ({{ in_force('bpjstk', 'kepesertaan') }})
        and {{ in_city('region_code') }}
),

roster as (
    select
        listed.roster as feed,
        input.business_date,
        listed.worker_category,
        case when {{ in_city('listed.region_code') }} then listed.region_code end as region_code,
        null::bigint as amount_idr
    from {{ tonight('stored_fct_roster') }} as listed
    inner join {{ source('ledger', 'run_input') }} as input
        on listed.delivery_id = input.delivery_id and input.run_id = {{ run_id() }}
    where
        listed.run_id = {{ run_id() }}
        and listed.roster <> 'disnaker.penerima_dbhcht'
),

recipient as (
    select
        'disnaker.penerima_dbhcht' as feed,
        business_date,
        worker_category,
        proposing_skpd_code,
        case when {{ in_city('region_code') }} then region_code end as region_code,
        null::bigint as amount_idr
    from {{ ref('penerima_dbhcht') }}
    where delivery_id in ({{ deliveries_in_force('disnaker', 'penerima_dbhcht') }})
),

contract as (
    select
        'pbj.kontrak' as feed,
        business_date,
        buyer_skpd_code,
        contract_value_idr as amount_idr
    from {{ ref('kontrak') }}
    where delivery_id in ({{ deliveries_in_force('pbj', 'kontrak') }})
),

commitment as (
    select
        'perekonomian.rencana_kerja' as feed,
        business_date,
        agency_code,
        roster,
        null::bigint as amount_idr
    from {{ ref('stored_fct_commitment') }}
    where validation_id in ({{ in_force('perekonomian', 'rencana_kerja') }})
),

workforce as (
    select
        'bps.angkatan_kerja' as feed,
        business_date,
        sector_code,
        null::bigint as amount_idr
    from {{ ref('angkatan_kerja') }}
    where delivery_id in ({{ deliveries_in_force('bps', 'angkatan_kerja') }})
),

target as (
    select
        'bpjstk.target' as feed,
        business_date,
        sector_code,
        null::bigint as amount_idr
    from {{ ref('target') }}
    where delivery_id in ({{ deliveries_in_force('bpjstk', 'target') }})
),

used (feed, column_name, list, code, business_date, rows, amount_idr) as (
    {%- for relation, column_name, list, code in code_columns %}
    select
        feed,
        '{{ column_name }}' as column_name,
        '{{ list }}' as list,
        {{ code }} as code,
        min(business_date) as business_date,
        count(*) as rows,
        sum(amount_idr) as amount_idr
    from {{ relation }}
    group by feed, {{ code }}
    union all
    {%- endfor %}
    -- What a category is called, and which list holds it, differs from roster to roster.
    select
        roster.feed,
        coalesce(category_column.column_name, 'kategori') as column_name,
        roster.feed as list,
        roster.worker_category as code,
        min(roster.business_date) as business_date,
        count(*) as rows,
        null::numeric as amount_idr
    from roster
    left join category_column on roster.feed = category_column.roster
    group by roster.feed, category_column.column_name, roster.worker_category
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
