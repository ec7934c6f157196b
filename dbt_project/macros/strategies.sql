{#- Incremental strategy of relations that keep history: a run's rows replace what the same run stored before, other runs
    stay. Delete and insert, never merge. -#}
{% macro get_incremental_replace_run_sql(arg_dict) -%}
    delete from {{ arg_dict.target_relation }} where run_id = {{ run_id() }};
    {{ get_incremental_append_sql(arg_dict) }}
{%- endmacro %}

{#- The same of relations that store each delivery once: rows of a validation replace what is stored of it, mostly nothing.
    They are named, so that an index finds them: the deletion of dbt's own strategy reads the whole table. -#}
{% macro get_incremental_replace_delivery_sql(arg_dict) -%}
    {%- set built = run_query('select distinct validation_id from ' ~ arg_dict.temp_relation).columns[0].values() -%}
    {%- if built %}
    delete from {{ arg_dict.target_relation }} where validation_id in ({{ built | map('int') | join(', ') }});
    {%- endif %}
    {{ get_incremental_append_sql(arg_dict) }}
{%- endmacro %}
