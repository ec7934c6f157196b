{#- The project on a Citus coordinator, where CAKUPAN_CITUS is `on` (docs/citus.md); elsewhere each macro does what it did before.
    A relation whose model says `distributed_by` in its meta is cut by that column; seeds are copied to every machine. All
    others stay on the coordinator, and so does what readers ask. -#}

{% macro on_citus() -%}
    {{ return(execute and env_var('CAKUPAN_CITUS', '') | trim == 'on') }}
{%- endmacro %}

{#- The column by which the model's relation is cut; nothing where it stays whole. -#}
{% macro distribution_column() -%}
    {{ return(config.get('meta', {}).get('distributed_by') if on_citus()) }}
{%- endmacro %}

{#- Cuts an empty table, or one that an installation of one machine left; a worker's rows of all relations lie together. -#}
{% macro distribute(relation) -%}
    {%- if not distribution_column() -%}{{ return('') }}{%- endif -%}
    {%- set name = "'" ~ relation.include(database=false) ~ "'" -%}
    {%- if not run_query('select from pg_dist_partition where logicalrelid = ' ~ name ~ '::regclass').rows -%}
        {%- do run_in_transaction('select create_distributed_table(' ~ name ~ ", '" ~ distribution_column() ~ "')") -%}
    {%- endif -%}
{%- endmacro %}

{#- Makes a table with the rows of a query: empty, then cut, then filled, so that the rows go from machine to machine. -#}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {%- set sql = as_asked(sql) -%}
    {%- if temporary -%}
        {%- do distribute(this) -%} {#- an incremental model of an installation that has nights already -#}
    {%- endif -%}
    {%- if temporary or not distribution_column() -%}
        {{ return(dbt.postgres__create_table_as(temporary, relation, sql)) }}
    {%- endif -%}
    {%- do run_in_transaction('create table ' ~ relation ~ ' as (\n' ~ sql ~ '\n) with no data') -%}
    {%- do distribute(relation) -%}
    insert into {{ relation }} {{ sql }}
{%- endmacro %}

{#- The columns of an index: a unique one of a relation that is cut must hold the column by which it is. -#}
{% macro columns_of_index(index) -%}
    {%- set cut_by = distribution_column() -%}
    {%- set missing = [cut_by] if cut_by and index.unique and cut_by not in index.columns else [] -%}
    {{ return(index.columns + missing) }}
{%- endmacro %}

{% macro postgres__get_create_index_sql(relation, index_dict) -%}
    {{ return(dbt.postgres__get_create_index_sql(
        relation, dict(index_dict, columns=columns_of_index(index_dict))
    )) }}
{%- endmacro %}

{#- A relation as the coordinator alone reads it, for what cannot be computed where the rows lie. -#}
{% macro gathered(relation) -%}
    {{ return('(select * from ' ~ relation ~ ' offset 0)' if distribution_column() else relation) }}
{%- endmacro %}

{#- Post-hook of seeds: a copy on every machine. -#}
{% macro everywhere() -%}
    {%- if execute and on_citus() -%}
        {%- set name = "'" ~ this.include(database=false) ~ "'" -%}
        {%- if not run_query('select from pg_dist_partition where logicalrelid = ' ~ name ~ '::regclass').rows -%}
            select create_reference_table({{ name }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{#- What history_sql says, for a relation that is cut: the lists are on every machine, and Citus takes them in joins only, not
    in subqueries that look at the row beside them. -#}
{% macro history_by_joins(stored, columns, by) -%}
    {%- set address = 'delivery_id' in columns -%}
    select
        {%- for column in columns %}
        {%- if column in ['run_id', 'as_of_date', 'validation_id', 'business_date'] %}
        listed.{{ column }}
        {%- elif column == 'delivery_id' %}
        {{ 'listed.delivery_id' if by == 'validation' else
            'case when stored.delivery_id > 0 then stored.delivery_id else snapshot.delivery_id end' }} as delivery_id
        {%- elif column == 'sheet' %}
        case when stored.delivery_id > 0 then stored.sheet else place.sheet end as sheet
        {%- elif column == 'row_number' %}
        case
            when stored.delivery_id > 0 then stored.row_number
            else {{ row_of_record('place', 'stored.row_number') }}
        end as row_number
        {%- elif column == 'evidence' %}
        coalesce(resolved.evidence, stored.evidence) as evidence
        {%- else %}
        stored.{{ column }}
        {%- endif %}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ listed_rows(stored, by) }}
    {%- if address and by == 'run' %}
    left join warehouse.snapshot_of_run as snapshot
        on listed.run_id = snapshot.run_id and stored.delivery_id = -snapshot.series
    {%- endif %}
    {%- if address %}
    left join warehouse.record_place as place
        on
            {{ 'snapshot' if by == 'run' else 'listed' }}.validation_id = place.validation_id
            and stored.delivery_id < 0
            and stored.row_number between place.first_record and place.last_record
    {%- endif %}
    {%- if 'evidence' in columns %}
    left join (
        {{ evidence_by_joins(stored) }}
    ) as resolved
        on
            stored.{{ distribution_column() }} = resolved.{{ distribution_column() }}
            and stored.row_id = resolved.row_id
            and listed.run_id = resolved.run_id
    {%- endif %}
    where listed.relation = '{{ stored.identifier }}'
{%- endmacro %}

{% macro listed_rows(stored, by) -%}
    warehouse.rows_of_{{ by }} as listed
    cross join lateral unnest(listed.rows) as span (span)
    inner join {{ stored }} as stored on stored.row_id >= lower(span.span) and stored.row_id < upper(span.span)
{%- endmacro %}

{#- The evidence of the rows of each run that name records: at their addresses of that night. -#}
{% macro evidence_by_joins(stored) -%}
    {%- set series = "case when part.word like '-%' then split_part(part.word, ':', 1)::bigint end" -%}
    {%- set record = "case when part.word like '-%' then split_part(part.word, ':', 3)::bigint end" -%}
    select
        stored.{{ distribution_column() }},
        stored.row_id,
        listed.run_id,
        array_agg(
            case
                when part.word like '-%'
                    then place.delivery_id || ':' || place.sheet || ':' || {{ row_of_record('place', record) }}
                else part.word
            end
            order by part.number
        ) as evidence
    from {{ listed_rows(stored, 'run') }}
    cross join lateral unnest(stored.evidence) with ordinality as part (word, number)
    left join warehouse.snapshot_of_run as snapshot
        on listed.run_id = snapshot.run_id and -snapshot.series = {{ series }}
    left join warehouse.record_place as place
        on snapshot.validation_id = place.validation_id and {{ record }} between place.first_record and place.last_record
    where listed.relation = '{{ stored.identifier }}' and array_to_string(stored.evidence, ' ') ~ '(^| )-'
    group by stored.{{ distribution_column() }}, stored.row_id, listed.run_id
{%- endmacro %}

{#- Whether a relation has rows of a validation, beside relations of the coordinator. -#}
{% macro has_rows(relation, validation) -%}
    {%- if on_citus() -%}
        {{ return(validation ~ ' in (select stored.validation_id from ' ~ relation ~ ' as stored group by stored.validation_id)') }}
    {%- endif -%}
    {{ return('exists (select 1 from ' ~ relation ~ ' as stored where stored.validation_id = ' ~ validation ~ ')') }}
{%- endmacro %}

{#- A query as Citus answers it: what a view's owner may read, and who asks may not, is asked of the coordinator by itself, as
    the owner, through a foreign table. Else Citus would take the view apart and enter each machine as whoever asks
    (docs/decisions/0039-asked-through-a-foreign-table.md). So readers ask for what is spread, and dbt for accepted rows. -#}
{% macro as_asked(sql) -%}
    {%- if not on_citus() -%}{{ return(sql) }}{%- endif -%}
    {%- set asked = {'sql': sql} -%}
    {%- for relation in asked_for() if relation | string in sql -%}
        {%- do asked.update({'sql': asked.sql | replace(relation | string, through_foreign_table(relation) | string)}) -%}
    {%- endfor -%}
    {{ return(asked.sql) }}
{%- endmacro %}

{#- What this node reads through foreign tables, should it read it. -#}
{% macro asked_for() -%}
    {%- set found = [] -%}
    {%- set reads = model.fqn[1] in ('marts', 'latest', 'open', 'office', 'disclosure') and model.resource_type == 'model' -%}
    {%- for node in graph.nodes.values() if is_spread(node) if reads -%}
        {%- set relation = api.Relation.create(this.database, node.schema, node.alias) -%}
        {%- do found.extend([beside(relation, 'history'), relation]) -%}
    {%- endfor -%}
    {%- for node in graph.nodes.values() if node.fqn[1] == 'staging' and node.resource_type == 'model' if not reads -%}
        {%- do found.append(api.Relation.create(this.database, node.schema, node.alias)) -%}
    {%- endfor -%}
    {%- for node in graph.sources.values() if node.schema == 'keyed' if not reads -%}
        {%- do found.append(api.Relation.create(this.database, node.schema, node.identifier)) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro postgres__get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) -%}
    {{ return(dbt.default__get_test_sql(as_asked(main_sql), fail_calc, warn_if, error_if, limit)) }}
{%- endmacro %}

{#- Whether the rows of a node are cut or everywhere, or are found by lists that are. -#}
{% macro is_spread(node) -%}
    {{ return(
        node.resource_type == 'seed'
        or node.config.materialized == 'changes'
        or node.config.get('meta', {}).get('distributed_by')
    ) }}
{%- endmacro %}

{#- The foreign table of a relation, which has its columns; made where it is missing. -#}
{% macro through_foreign_table(relation) -%}
    {%- set asked = this.incorporate(
        path={'schema': 'warehouse', 'identifier': 'asked_' ~ relation.schema ~ '_' ~ relation.identifier}
    ) -%}
    {%- set name = asked.include(database=false) | string -%}
    {%- set query -%}
        select quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
        from pg_attribute as a
        where
            a.attrelid = '{{ relation.include(database=false) }}'::regclass and a.attnum > 0 and not a.attisdropped
            and a.attname not in (select b.attname from pg_attribute as b where b.attrelid = to_regclass('{{ name }}'))
        order by a.attnum
    {%- endset -%}
    {%- set missing = run_query(query).columns[0].values() | list -%}
    {%- if missing and run_query("select to_regclass('" ~ name ~ "') is null").rows[0][0] -%}
        {#- Another model of this moment may ask for the same relation. -#}
        {%- do run_in_transaction(
            'do $$ begin create foreign table ' ~ asked ~ ' (' ~ missing | join(', ') ~ ') server itself options'
            ~ " (schema_name '" ~ relation.schema ~ "', table_name '" ~ relation.identifier ~ "');"
            ~ ' exception when duplicate_table or unique_violation then null; end $$'
        ) -%}
    {%- elif missing -%}
        {%- do patiently(['alter foreign table ' ~ asked ~ ' add column ' ~ missing | join(', add column ')], name) -%}
    {%- endif -%}
    {{ return(asked) }}
{%- endmacro %}

{#- Whether a column is one of a query's: the coordinator answers that first, and then asks for those rows alone. -#}
{% macro one_of() -%}
    {{ return('= any(array' if on_citus() else 'in ') }}
{%- endmacro %}
