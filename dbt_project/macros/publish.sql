{#- What readers see of a stored table, the definition of a view in schema marts: rows of published nights only, never those
    of the run being built, without the columns that say whose rows they are, and without addresses for those who may not
    see them (macros/address.sql). Its columns are those of its YAML. -#}

{#- Rows of every published night. -#}
{% macro published_nights(stored) -%}
    select
        {{ published_columns() }}
    from {{ stored }} as stored
    {% if on_citus() -%}
    where stored.run_id = any(array(select published.run_id from {{ source('ledger', 'published') }} as published))
    {%- else -%}
    inner join {{ source('ledger', 'published') }} as published
        on stored.run_id = published.run_id and stored.as_of_date = published.as_of_date
    {%- endif %}
{%- endmacro %}

{#- Rows of the newest published night. -#}
{% macro newest_published_night(stored) -%}
    select
        {{ published_columns() }}
    from {{ stored }} as stored
    where stored.run_id = ({{ newest_published_run() }})
{%- endmacro %}

{#- Stored rows of the deliveries that the newest published night rests on. -#}
{% macro deliveries_of_newest_night(stored) -%}
    select
        {{ published_columns() }}
    from {{ stored }} as stored
    where stored.validation_id {{ one_of() }}(
        select run_input.validation_id
        from {{ source('ledger', 'run_input') }} as run_input
        where run_input.run_id = ({{ newest_published_run() }})
    ){{ ')' if on_citus() }}
{%- endmacro %}

{% macro published_columns() -%}
    {%- for column in model.columns %}
    {{ as_readers_see('stored', column) }}{{ ',' if not loop.last }}
    {%- else %}
    stored.*
    {%- endfor %}
{%- endmacro %}

{% macro newest_published_run() -%}
    select published.run_id from {{ source('ledger', 'published') }} as published order by published.as_of_date desc limit 1
{%- endmacro %}

{#- The published model of a stored table: the node whose YAML says what the columns mean and which are always filled. -#}
{% macro published_model() -%}
    {{ return(graph.nodes['model.' ~ project_name ~ '.' ~ this.identifier]) }}
{%- endmacro %}
