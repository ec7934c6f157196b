{#- Hooks of every stored table, which was perhaps made by an earlier version: it is brought to what the YAML of its published
    model says now.
    Pre-hook: a column that may now be empty, and a key that has grown; committed at once, so that readers need not wait
    until the rows are in. -#}
{% macro loosen() -%}
    {%- if not is_stored() -%}{{ return('') }}{%- endif -%}
    {%- set must = columns_always_filled() -%}
    {%- set published = published_model().columns -%}
    {%- set filled -%}
        select attname
        from pg_attribute
        where attrelid = '{{ this.include(database=false) }}'::regclass and attnum > 0 and attnotnull
    {%- endset -%}
    {%- set statements = [] -%}
    {%- for name in run_query(filled).columns[0].values() if name not in must and name in published -%}
        {%- do statements.append('alter table ' ~ this ~ ' alter column ' ~ adapter.quote(name) ~ ' drop not null') -%}
    {%- endfor -%}
    {%- set declared = declared_keys() -%}
    {%- for index, columns in unique_keys_of(this) if not columns.startswith('row_id') and columns not in declared -%}
        {%- do statements.append('drop index ' ~ index) -%}
    {%- endfor -%}
    {%- if statements -%}
        {%- do patiently(statements, this.include(database=false) | string) -%}
        {%- do adapter.commit() -%}
    {%- endif -%}
{%- endmacro %}

{#- Post-hook: what is always filled and statistics, where the table was made just now, because readers come before the server
    looks at it by itself; else the key as it is declared, where the table was made with another, and statistics of whose the
    rows are: of a run or delivery that came after the last, the planner expects one row, and joins each with each of others. -#}
{% macro tighten() -%}
    {%- if not execute -%}{{ return('') }}{%- endif -%}
    {%- if not is_stored() -%}
        {%- set actions = [] -%}
        {%- for column in columns_always_filled() -%}
            {%- do actions.append('alter column ' ~ adapter.quote(column) ~ ' set not null') -%}
        {%- endfor -%}
        {#- By itself: Citus hands the whole command on. -#}
        {%- do run_in_transaction('alter table ' ~ this ~ ' ' ~ actions | join(', ')) -%}
        {{ return(analyze_sample(this)) }}
    {%- endif -%}
    {%- set present = [] -%}
    {%- for _, columns in unique_keys_of(this) -%}
        {%- do present.append(columns) -%}
    {%- endfor -%}
    {%- for index in config.get('indexes', []) if index.unique and columns_of_index(index) | join(',') not in present -%}
        {%- do patiently([get_create_index_sql(this, index)], this.include(database=false) | string) -%}
    {%- endfor -%}
    {%- if model.config.materialized != 'changes' -%} {#- of which a night reads tonight's rows, in a table of their own -#}
        {{ return(analyze_sample(this ~ ' (' ~ owner_of_rows() ~ ')')) }}
    {%- endif -%}
{%- endmacro %}

{#- Columns of the table that never are empty: whose rows they are, and what the published model declares. -#}
{% macro columns_always_filled() -%}
    {%- set found = model.columns.keys() | select('in', ['run_id', 'validation_id']) | list -%}
    {%- for column in published_model().columns.values() -%}
        {%- for constraint in column.constraints if constraint.type == 'not_null' -%}
            {%- do found.append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro declared_keys() -%}
    {%- set declared = [] -%}
    {%- for index in config.get('indexes', []) if index.unique -%}
        {%- do declared.append(columns_of_index(index) | join(',')) -%}
    {%- endfor -%}
    {{ return(declared) }}
{%- endmacro %}

{#- Unique indexes of a relation, each with its columns as one word. -#}
{% macro unique_keys_of(relation) -%}
    {%- set query -%}
        select
            index.indexrelid::regclass::text as name,
            (
                select string_agg(column_of.attname, ',' order by place.number)
                from unnest(index.indkey::int[]) with ordinality as place (attnum, number)
                inner join pg_attribute as column_of
                    on index.indrelid = column_of.attrelid and place.attnum = column_of.attnum
            ) as columns
        from pg_index as index
        where index.indrelid = '{{ relation.include(database=false) }}'::regclass and index.indisunique
    {%- endset -%}
    {{ return(run_query(query).rows | map('list') | list) }}
{%- endmacro %}

{#- Whether the table was there before the model runs. -#}
{% macro is_stored() -%}
    {{ return(execute and load_relation(this) is not none) }}
{%- endmacro %}
