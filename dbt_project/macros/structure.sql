{#- What the catalogue says of the stored tables, asked once for each call of dbt, not several times for each table; and again
    of a table that this call has altered. -#}
{% macro structure_of(relation) -%}
    {%- if relation.identifier in graph.get('altered_tables', []) -%}
        {{ return(structures(relation.schema, relation.identifier).get(relation.identifier)) }}
    {%- endif -%}
    {%- if 'structures' not in graph -%}
        {%- do graph.update({'structures': structures(relation.schema)}) -%}
    {%- endif -%}
    {{ return(graph['structures'].get(relation.identifier)) }}
{%- endmacro %}

{#- To be called by whatever alters a stored table. -#}
{% macro note_altered(relation) -%}
    {%- do graph.setdefault('altered_tables', []).append(relation.identifier) -%}
{%- endmacro %}

{#- Each table of the schema, or one: its columns as dbt reads them, those that are never empty, and its unique indexes with
    their columns as one word. A table of one night is made anew while dbt runs. -#}
{% macro structures(schema, identifier='') -%}
    {%- set found = {} -%}
    {%- for name, columns, filled, unique in run_query(structures_sql(schema, identifier)).rows -%}
        {%- do found.update({
            name: {'columns': fromjson(columns), 'filled': fromjson(filled), 'unique': fromjson(unique)}
        }) -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro structures_sql(schema, identifier) -%}
    select
        c.relname,
        (
            select
                jsonb_agg(jsonb_build_array(
                    told.column_name,
                    told.data_type,
                    told.character_maximum_length,
                    told.numeric_precision,
                    told.numeric_scale
                ) order by told.ordinal_position)
            from information_schema.columns as told
            where told.table_schema = '{{ schema }}' and told.table_name = c.relname
        )::text as columns,
        (
            select coalesce(jsonb_agg(a.attname), '[]')
            from pg_attribute as a
            where a.attrelid = c.oid and a.attnum > 0 and a.attnotnull
        )::text as filled,
        (
            select coalesce(jsonb_agg(jsonb_build_array(i.indexrelid::regclass::text, keyed.columns)), '[]')
            from pg_index as i
            cross join lateral (
                select string_agg(a.attname, ',' order by place.number) as columns
                from unnest(i.indkey::int[]) with ordinality as place (attnum, number)
                inner join pg_attribute as a on i.indrelid = a.attrelid and place.attnum = a.attnum
            ) as keyed
            where i.indrelid = c.oid and i.indisunique
        )::text as unique_indexes
    from pg_class as c
    where
        c.relnamespace = '{{ schema }}'::regnamespace
        and c.relkind = 'r'
        {%- if identifier %} and c.relname = '{{ identifier }}'{% else %} and not starts_with(c.relname, 'tonight_'){% endif %}
{%- endmacro %}

{% macro postgres__get_columns_in_relation(relation) -%}
    {%- set known = structure_of(relation) if relation.schema == target.schema else none -%}
    {%- if known is none -%}
        {{ return(dbt.postgres__get_columns_in_relation(relation)) }}
    {%- endif -%}
    {%- set columns = [] -%}
    {%- for column in known.columns -%}
        {%- do columns.append(api.Column(*column)) -%}
    {%- endfor -%}
    {{ return(columns) }}
{%- endmacro %}
