-- The rupiah of the three feeds that carry DBHCHT money as the landed cells spell them, and what of it was set aside. Once
-- per delivery, straight from landed and examined rows: the conservation of every night starts here.
-- A cell that spells no amount has none; it is counted instead.
{{ config(
    materialized='incremental',
    full_refresh=false,
    incremental_strategy='replace_delivery',
) }}

{%- set amounts = [
    ('sipd', 'anggaran', 'quality.to_whole_id(quality.normal(pagu))'),
    ('sipd', 'sp2d', 'quality.to_whole_id(quality.normal(nilai))'),
    ('bpjstk', 'iuran', "case when octet_length(jumlah) <= 15 and jumlah !~ '[^0-9]' then jumlah::bigint"
        ~ " else quality.to_whole_iso(quality.normal(jumlah)) end"),
] %}

-- Added up once, not once for each input of the night, as the planner may: it takes them for one.
with landed as materialized (
    {%- for agency, feed, amount in amounts %}
    select
        delivery_id,
        sum({{ amount }})::bigint as delivered_idr,
        count(*) filter (where {{ amount }} is null) as rows_without_amount
    from {{ source('keyed', 'landed_' ~ agency ~ '_' ~ feed) }}
    where delivery_id in ({{ deliveries_to_load(agency ~ '.' ~ feed) }})
    group by delivery_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

set_aside as materialized (
    {%- for agency, feed, amount in amounts %}
    select
        validation_id,
        sum({{ amount }}) filter (where verdict = 'quarantined')::bigint as quarantined_idr,
        sum({{ amount }}) filter (where verdict = 'duplicate')::bigint as duplicate_idr
    from {{ source('keyed', 'examined_' ~ agency ~ '_' ~ feed) }}
    where validation_id in ({{ validations_to_load(agency ~ '.' ~ feed) }})
    group by validation_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    input.validation_id,
    input.delivery_id,
    input.agency,
    input.feed,
    coalesce(landed.delivered_idr, 0) as delivered_idr,
    coalesce(set_aside.quarantined_idr, 0) as quarantined_idr,
    coalesce(set_aside.duplicate_idr, 0) as duplicate_idr,
    landed.rows_without_amount
from landed
inner join {{ source('ledger', 'run_input') }} as input
    on landed.delivery_id = input.delivery_id and input.run_id = {{ run_id() }}
left join set_aside on input.validation_id = set_aside.validation_id
