{#- What the night being built rests on, asked of the ledger once for each call of dbt: by feed its validations and its
    deliveries, as lists of literals. Read from the ledger by each statement, a planner that has not seen the run yet would
    take them for one row, and compare each row of a fact with each of another. -#}
{% macro inputs_of_run() -%}
    {%- set run_input = source('ledger', 'run_input') -%}
    {%- if execute and 'inputs_of_run' not in graph -%}
        {%- set query -%}
            select
                agency || '.' || feed,
                string_agg(validation_id::text, ', ' order by validation_id),
                string_agg(delivery_id::text, ', ' order by delivery_id)
            from {{ run_input }}
            where run_id = {{ run_id() }}
            group by 1
        {%- endset -%}
        {%- set found = {} -%}
        {%- for feed, validations, deliveries in run_query(query).rows -%}
            {%- do found.update({feed: {'validations': validations | string, 'deliveries': deliveries | string}}) -%}
        {%- endfor -%}
        {%- do graph.update({'inputs_of_run': found}) -%}
    {%- endif -%}
    {{ return(graph.inputs_of_run if execute else {}) }}
{%- endmacro %}

{#- Inputs of the night being built that no published night rests on: what was stored of the others was tested in their night. -#}
{% macro new_inputs_of_run() -%}
    select *
    from {{ source('ledger', 'run_input') }}
    where
        run_id = {{ run_id() }}
        and validation_id not in (
            select earlier.validation_id
            from {{ source('ledger', 'run_input') }} as earlier
            inner join {{ source('ledger', 'published') }} using (run_id)
        )
{%- endmacro %}

{#- Validations of a feed that the night being built rests on, as a list for `validation_id in (…)`. -#}
{% macro in_force(agency, feed) -%}
    {{ return(inputs_of_run().get(agency ~ '.' ~ feed, {}).get('validations', 'null')) }}
{%- endmacro %}

{#- Deliveries of a feed that the night being built rests on, as a list, so that the condition reaches the landing index. -#}
{% macro deliveries_in_force(agency, feed) -%}
    {{ return(inputs_of_run().get(agency ~ '.' ~ feed, {}).get('deliveries', 'null')) }}
{%- endmacro %}

{#- Every accepted delivery of a feed, in force or not: of several for one date the newest. -#}
{% macro every_accepted(agency, feed) -%}
    select distinct on (business_date)
        delivery_id,
        validation_id,
        business_date
    from {{ source('ledger', 'current_validation') }}
    where agency = '{{ agency }}' and feed = '{{ feed }}' and delivery_status = 'ACCEPTED'
    order by business_date asc, delivery_id desc
{%- endmacro %}

{#- Deliveries whose rows this model has not stored yet, as literals, so that the condition reaches the landing index: of the
    feed that the model says it stores (meta.feed), or of another. `history`: also deliveries that the night does not rest on. -#}
{% macro deliveries_to_load(of_feed=none, history=false) -%}
    {{ return(to_load('delivery_id', of_feed, history)) }}
{%- endmacro %}

{#- The same as validations, for a model that reads what another has stored of them. -#}
{% macro validations_to_load(of_feed=none) -%}
    {{ return(to_load('validation_id', of_feed)) }}
{%- endmacro %}

{% macro to_load(named_by, of_feed=none, history=false) -%}
    {%- if not execute -%}{{ return('null') }}{%- endif -%}
    {%- set agency, feed = (of_feed or model.config.meta.feed).split('.') -%}
    {%- set query -%}
        with wanted as (
            {% if history -%}
                {{ every_accepted(agency, feed) }}
            {%- else -%}
                select delivery_id, validation_id
                from {{ source('ledger', 'run_input') }}
                where run_id = {{ run_id() }} and agency = '{{ agency }}' and feed = '{{ feed }}'
            {%- endif %}
        )
        select {{ named_by }}
        from wanted
        {% if model.config.materialized == 'changes' -%}
            where
                wanted.validation_id in (select validation_id from {{ source('ledger', 'run_input') }} where run_id = {{ run_id() }})
                or wanted.validation_id not in (
                    select validation_id from {{ source('warehouse', 'rows_of_validation') }} where relation = '{{ this.identifier }}'
                )
        {%- elif is_incremental() -%}
            where not {{ has_rows(this, 'wanted.validation_id') }}
        {%- endif %}
        order by 1
    {%- endset -%}
    {{ return(run_query(query).columns[0].values() | map('int') | join(', ') or 'null') }}
{%- endmacro %}

{#- Pre-hook of models that store the deliveries of a feed (meta.feed): drop rows of validations that have been replaced,
    unless a night was ever published with them. -#}
{% macro forget_replaced() -%}
    {%- if not is_stored() -%}{{ return('') }}{%- endif -%}
    {%- set agency, feed = model.config.meta.feed.split('.') -%}
    {%- set listing = source('warehouse', 'rows_of_validation') if model.config.materialized == 'changes' else this -%}
    {%- set query -%}
        select validation.validation_id
        from {{ source('ledger', 'validation') }} as validation
        inner join {{ source('ledger', 'delivery') }} as delivery using (delivery_id)
        where
            delivery.agency = '{{ agency }}'
            and delivery.feed = '{{ feed }}'
            and validation.validation_id not in (select validation_id from {{ source('ledger', 'current_validation') }})
            and validation.validation_id not in (
                select run_input.validation_id
                from {{ source('ledger', 'run_input') }} as run_input
                inner join {{ source('ledger', 'publication') }} as publication using (run_id)
            )
            and {{ has_rows(listing, 'validation.validation_id') }}
    {%- endset -%}
    {%- set replaced = run_query(query).columns[0].values() | map('int') | join(', ') -%}
    {%- if replaced -%}
        delete from {{ this }} where validation_id in ({{ replaced }})
        {%- if model.config.materialized == 'changes' -%}
            ; delete from {{ source('warehouse', 'rows_of_validation') }}
            where relation = '{{ this.identifier }}' and validation_id in ({{ replaced }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
