{#- A relation of which every night is kept and every row stored once, for as long as it says the same
    (docs/decisions/0020-history-as-changes.md). Three relations of schema warehouse:
    - tonight_<name>: the night being built, in full; what later models of the night read: tonight('stored_<name>').
    - <name>: the rows, each with a number of its own. They are added to and never changed.
    - history_<name>: a view of the rows of each run or validation, as they were built: history('stored_<name>').
    A run or validation names its rows by ranges of their numbers. Of a row that is known already nothing is written.
    Configuration: `keyed_by`, the columns that name a row within a run or validation. -#}
{% materialization changes, adapter='postgres' %}
    {%- set stored = this.incorporate(type='table') -%}
    {%- set tonight = beside(stored, 'tonight') -%}
    {{ run_hooks(pre_hooks) }}
    {%- do run_in_transaction('drop table if exists ' ~ tonight) -%}
    {%- call statement('main') -%}
        {{ get_create_table_as_sql(false, tonight, sql) }}
    {%- endcall -%}
    {%- do run_in_transaction(analyze_sample(tonight)) -%}
    {%- do create_indexes(tonight) -%}
    {%- set columns = adapter.get_columns_in_relation(tonight) -%}
    {%- if not is_stored() -%}
        {%- do run_in_transaction(
            'create table ' ~ stored ~ ' (like ' ~ tonight ~ ', row_id bigint generated always as identity)'
        ) -%}
        {%- do distribute(stored) -%}
        {%- do run_in_transaction(
            'create unique index on ' ~ stored ~ ' (' ~ columns_of_index({'columns': ['row_id'], 'unique': true}) | join(', ') ~ ')'
        ) -%}
        {%- do create_indexes(stored) -%}
    {%- else -%}
        {%- do distribute(stored) -%}
        {%- set missing = adapter.get_missing_columns(tonight, stored) -%}
        {%- do postgres__alter_relation_add_remove_columns(stored, missing, []) -%}
    {%- endif -%}
    {%- do keep_changes(stored, tonight, columns | map(attribute='name') | list) -%}
    {%- do ensure_view(beside(stored, 'history'), history_sql(stored, columns | map(attribute='name') | list)) -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [stored]}) }}
{% endmaterialization %}

{#- The night being built, for models that are built after the named one. -#}
{% macro tonight(model) -%}
    {{ return(beside(ref(model), 'tonight')) }}
{%- endmacro %}

{#- The rows of each run or validation, for whoever reads another night. -#}
{% macro history(model) -%}
    {{ return(beside(ref(model), 'history')) }}
{%- endmacro %}

{% macro beside(relation, role) -%}
    {%- if relation.is_cte -%}{{ return(relation) }}{%- endif -%} {#- what a unit test gives in its place -#}
    {{ return(relation.incorporate(path={'identifier': role ~ '_' ~ relation.identifier})) }}
{%- endmacro %}

{#- Whether the rows are a delivery's (of the feed meta.feed), stored when a night first rests on it; else they are a run's. -#}
{% macro is_by_delivery() -%}
    {{ return('feed' in config.get('meta', {})) }}
{%- endmacro %}

{#- The column that says whose the rows are. -#}
{% macro owner_of_rows() -%}
    {{ return('validation_id' if is_by_delivery() else 'run_id') }}
{%- endmacro %}

{#- Stores of tonight's rows those that the night before does not have, and lists the rows of the night. What was never
    published leaves: a run that failed, and this run, where it is built once more. -#}
{% macro keep_changes(stored, tonight, columns) -%}
    {%- set owner = owner_of_rows() -%}
    {%- set listed = source('warehouse', 'rows_of_validation') if is_by_delivery() else source('warehouse', 'rows_of_run') -%}
    {%- set name = stored.identifier -%}
    {%- if run_query('select from ledger.publication where run_id = ' ~ run_id()).rows -%}
        {{ return('') }}
    {%- endif -%}
    {%- if not is_by_delivery() -%}
        {%- do forget_runs(stored, listed) -%}
    {%- endif -%}
    {%- set before = rows_before(name) -%}
    {%- set context = ['run_id', 'as_of_date', 'validation_id', 'business_date'] -%}
    {%- set compared = columns | reject('in', context) | list -%}
    {%- call statement('keep') -%}
        create temporary table built on commit drop as
        select
            built.*,
            {{ match_key() }} as match_key
        from ({{ with_records(tonight, columns) }}) as built
        {%- if is_by_delivery() %}
        where not exists (
            select 1
            from {{ listed }} as known
            where known.relation = '{{ name }}' and known.validation_id = built.validation_id
        )
        {%- endif %};
        analyze built (match_key);
        {%- if distribution_column() %} {#- Citus reads what is spread by itself, before it is held against anything. #}
        create temporary table held on commit drop as
        {{ rows_listed(stored, before) }};
        analyze held;
        {%- endif %}

        with matched as (
            select
                built.ctid as place,
                built.{{ owner }},
                held.row_id
            from built
            left join {{ 'held' if distribution_column() else '(' ~ rows_listed(stored, before) ~ ') as held' }}
                on
                    built.match_key = {{ match_key('held') }}
                    and ({% for column in compared %}built.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
                    is not distinct from
                    ({% for column in compared %}held.{{ column }}{{ ', ' if not loop.last }}{% endfor %})
        ),

        added as (
            insert into {{ stored }} ({{ columns | join(', ') }})
            select {{ columns | join(', ') }}
            from built
            where ctid in (select matched.place from matched where matched.row_id is null)
            -- Not in the order of a file, by which its office would know whose row each is.
            order by {{ config.require('keyed_by') | join(', ') }}
            returning {{ owner }}, row_id
        ),

        named as (
            select {{ owner }}, row_id from added
            union all
            select {{ owner }}, row_id from matched where row_id is not null
        ),

        {% if is_by_delivery() -%}
        counted as (
            select
                validation_id,
                range_agg(int8range(row_id, row_id + 1)) as rows
            from named
            group by validation_id
        )

        insert into {{ listed }} (relation, validation_id, delivery_id, business_date, rows)
        select '{{ name }}', counted.validation_id, delivery.delivery_id, delivery.business_date, counted.rows
        from counted
        inner join ledger.validation as validation on counted.validation_id = validation.validation_id
        inner join ledger.delivery as delivery on validation.delivery_id = delivery.delivery_id;
        {%- else -%}
        counted as (
            select range_agg(int8range(row_id, row_id + 1)) as rows
            from named
        )

        insert into {{ listed }} (relation, run_id, as_of_date, rows)
        select '{{ name }}', {{ run_id() }}, {{ as_of_date() }}, coalesce(rows, '{}')
        from counted;
        {%- endif %}
        {{ refuse_lost_rows(name, listed, owner) }}
    {%- endcall -%}
{%- endmacro %}

{#- The key that tells a row from the others of its night, as one number: what is found by it is compared as a whole. -#}
{% macro match_key(of='built') -%}
    {%- set columns = [] -%}
    {%- for column in config.require('keyed_by') -%}
        {%- do columns.append(of ~ '.' ~ column) -%}
    {%- endfor -%}
    hash_record_extended(row({{ columns | join(', ') }}), 0)
{%- endmacro %}

{#- The list of rows that tonight's are compared with, as a query: those of the published night next to it. -#}
{% macro rows_before(name) -%}
    {%- if is_by_delivery() -%}
        select listed.rows
        from warehouse.rows_of_validation as listed
        inner join ledger.run_input as input on listed.validation_id = input.validation_id
        where listed.relation = '{{ name }}' and input.run_id = ({{ published_run_before() }})
    {%- else -%}
        select listed.rows
        from warehouse.rows_of_run as listed
        where listed.relation = '{{ name }}' and listed.run_id = ({{ published_run_before() }})
    {%- endif -%}
{%- endmacro %}

{#- The run of the published night that tonight is compared with: its own, the newest before it, or else the next. -#}
{% macro published_run_before() -%}
    select published.run_id
    from ledger.published as published
    order by published.as_of_date > {{ as_of_date() }}, abs(published.as_of_date - {{ as_of_date() }})
    limit 1
{%- endmacro %}

{% macro rows_listed(stored, list) -%}
    select stored.*
    from ({{ list }}) as listed
    {{ named_rows(stored) }}
{%- endmacro %}

{#- Joins `stored`, the rows that `listed` names, stretch by stretch. A stretch is looked up for itself (`offset 0`), by the index
    of row numbers: in a plain join the planner may compare every row with every stretch, of which there are more each night. -#}
{% macro named_rows(stored) -%}
    {% if distribution_column() -%} {#- Citus asks other machines, which do not know of the function, and all at once. -#}
    cross join lateral unnest(listed.rows) as span (span)
    inner join {{ stored }} as stored on stored.row_id >= lower(span.span) and stored.row_id < upper(span.span)
    {%- else -%}
    cross join lateral warehouse.row_spans(listed.rows) as span (span)
    cross join lateral (
        select named.*
        from {{ stored }} as named
        where named.row_id >= lower(span.span) and named.row_id < upper(span.span)
        offset 0
    ) as stored
    {%- endif %}
{%- endmacro %}

{#- A run that is not published leaves no row behind. -#}
{% macro forget_runs(stored, listed) -%}
    {%- set forgotten = run_query(
        "select run_id from " ~ listed ~ " where relation = '" ~ stored.identifier
        ~ "' and run_id not in (select run_id from ledger.publication)"
    ).columns[0].values() | map('int') | join(', ') -%}
    {%- if forgotten -%}
        {%- do run_in_transaction(
            'delete from ' ~ stored ~ ' where run_id in (' ~ forgotten ~ '); delete from ' ~ listed
            ~ " where relation = '" ~ stored.identifier ~ "' and run_id in (" ~ forgotten ~ ')'
        ) -%}
    {%- endif -%}
{%- endmacro %}

{#- Two rows of one key and content would be one row of the list: `keyed_by` must tell every row from all others. Part of the
    statement that stores, so that nothing of it stays. -#}
{% macro refuse_lost_rows(name, listed, owner) -%}
    do $check$
    declare
        lost record;
    begin
        select
            built.built_rows,
            coalesce(named.named_rows, 0) as named_rows
        into lost
        from (select {{ owner }}, count(*) as built_rows from built group by {{ owner }}) as built
        left join (
            select
                listed.{{ owner }},
                sum(upper(span.span) - lower(span.span)) as named_rows
            from {{ listed }} as listed
            cross join lateral unnest(listed.rows) as span (span)
            where listed.relation = '{{ name }}' and listed.{{ owner }} in (select {{ owner }} from built)
            group by listed.{{ owner }}
        ) as named using ({{ owner }})
        where built.built_rows is distinct from named.named_rows
        limit 1;
        if found then
            raise exception '% rows of % were built and % would be kept: its key (%) does not tell every row from all others',
                lost.built_rows, '{{ name }}', lost.named_rows, '{{ config.require('keyed_by') | join(', ') }}';
        end if;
    end
    $check$;
{%- endmacro %}

{#- What the view history_<name> says: the rows that each run or validation lists, at their addresses of that night. -#}
{% macro history_sql(stored, columns) -%}
    {%- set by = 'validation' if is_by_delivery() else 'run' -%}
    {%- if distribution_column() -%}{{ return(history_by_joins(stored, columns, by)) }}{%- endif -%}
    select
        {%- for column in columns %}
        {%- if column in ['run_id', 'as_of_date', 'validation_id', 'business_date'] %}
        listed.{{ column }}
        {%- elif column in ['delivery_id', 'sheet', 'row_number'] %}
        {{ address_of_night(column, by) }} as {{ column }}
        {%- elif column == 'evidence' %}
        {{ evidence_of_night() }} as evidence
        {%- else %}
        stored.{{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from warehouse.rows_of_{{ by }} as listed
    {{ named_rows(stored) }}
    where listed.relation = '{{ stored.identifier }}'
{%- endmacro %}
