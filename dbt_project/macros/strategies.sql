{#- Incremental strategy of relations that keep history: a run's rows replace what the same run stored before, other runs
    stay. Delete and insert, never merge. -#}
{% macro get_incremental_replace_run_sql(arg_dict) -%}
    delete from {{ arg_dict.target_relation }} where run_id = {{ run_id() }};
    {{ get_incremental_append_sql(arg_dict) }}
{%- endmacro %}
