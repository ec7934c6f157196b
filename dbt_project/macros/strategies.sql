{#- Incremental strategies of relations that keep history. Both delete and insert, never merge. -#}

{#- A run's rows replace what the same run stored before; other runs stay. -#}
{% macro get_incremental_replace_run_sql(arg_dict) -%}
    delete from {{ arg_dict.target_relation }} where run_id = {{ run_id() }};
    {{ get_incremental_append_sql(arg_dict) }}
{%- endmacro %}

{#- The whole relation is replaced in one transaction that no reader has to wait for: for small dimensions. -#}
{% macro get_incremental_replace_all_sql(arg_dict) -%}
    delete from {{ arg_dict.target_relation }};
    {{ get_incremental_append_sql(arg_dict) }}
{%- endmacro %}
