{#- Tests look at the night being built and not at what is stored of all others, so that a night takes no longer the more
    nights there are: of a stored table, rows of the run, or of the deliveries it rests on. dbt calls this for every
    generic test; what a test of relationships compares with goes through the same. -#}
{% macro postgres__get_where_subquery(relation) -%}
    {{ return(night_of(relation, config.get('where')) ~ ' as tested') }}
{%- endmacro %}

{% macro postgres__test_relationships(model, column_name, to, field) -%}
with child as (
    select {{ column_name }} as value
    from {{ model }}
    where {{ column_name }} is not null
)

select child.value
from child
left join {{ night_of(to) }} as parent on child.value = parent.{{ field }}
where parent.{{ field }} is null
{%- endmacro %}

{% macro night_of(relation, where=none) -%}
    {%- set conditions = [rows_of_night(relation), where] | select | list -%}
    {%- if is_kept_as_changes(relation) -%}
        {%- set relation = beside(relation, 'tonight') -%}
    {%- endif -%}
    {%- if conditions -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ conditions | join(' and ') ~ ')') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{#- The condition that keeps the rows of the night being built; empty for relations that stand. -#}
{% macro rows_of_night(relation) -%}
    {%- set columns = model_of(relation).get('columns', {}) -%}
    {%- if 'run_id' in columns -%}
        {{ return('run_id = ' ~ run_id()) }}
    {%- elif 'validation_id' in columns -%}
        {%- set validations = inputs_of_run().values() | map(attribute='validations') | join(', ') -%}
        {{ return('validation_id in (' ~ (validations or 'null') ~ ')') }}
    {%- endif -%}
    {{ return('') }}
{%- endmacro %}

{% macro is_kept_as_changes(relation) -%}
    {{ return(model_of(relation).get('config', {}).get('materialized') == 'changes') }}
{%- endmacro %}

{#- The model that makes a relation, by its names: dbt would write out every node of the project to look through them. -#}
{% macro model_of(relation) -%}
    {%- if execute -%}
        {%- for name in [relation.identifier, 'stored_' ~ relation.identifier] -%}
            {%- set node = graph.nodes.get('model.' ~ project_name ~ '.' ~ name, {}) -%}
            {%- if node.get('relation_name') == relation | string -%}
                {{ return(node) }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return({}) }}
{%- endmacro %}
