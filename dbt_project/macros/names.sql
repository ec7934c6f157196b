{#- Schemas are named as they are configured (reference, warehouse, marts, latest, identity), the same in every installation. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}

{#- A staging model is called like its feed; its relation also names the agency: stg_<agency>_<feed>. The model
    stored_<name> fills the table warehouse.<name>, whose published rows readers see as marts.<name>, and those of one
    night, by the model latest_<name>, as latest.<name>;
    the model open_<name> is those without small cells, open.<name>; office_<name> is what an office sees of its own,
    office.<name>. -#}
{% macro generate_alias_name(custom_alias_name=none, node=none) -%}
    {%- if custom_alias_name -%}
        {{ custom_alias_name }}
    {%- elif node.resource_type == 'model' and node.fqn[1] == 'staging' -%}
        stg_{{ node.fqn[2] }}_{{ node.name }}
    {%- elif node.resource_type == 'model' and node.fqn[1] == 'warehouse' -%}
        {{ node.name | replace('stored_', '', 1) }}
    {%- elif node.resource_type == 'model' and node.fqn[1] == 'latest' -%}
        {{ node.name | replace('latest_', '', 1) }}
    {%- elif node.resource_type == 'model' and node.fqn[1] == 'open' -%}
        {{ node.name | replace('open_', '', 1) }}
    {%- elif node.resource_type == 'model' and node.fqn[1] == 'office' -%}
        {{ node.name | replace('office_', '', 1) }}
    {%- else -%}
        {{ node.name }}
    {%- endif -%}
{%- endmacro %}
