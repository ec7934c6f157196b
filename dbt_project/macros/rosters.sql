{#- The feeds that are rosters, the workers an agency answers for: those whose staging model says meta.roster. They are
    read from the graph, which is whole only when models run; so no ref leads to them, and the reference layer, which
    makes the staging views, is always built before. -#}
{% macro rosters() -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.config.meta.get('roster') -%}
            {%- do found.append(node.fqn[-2] ~ '.' ~ node.fqn[-1]) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found | sort | join(' ')) }}
{%- endmacro %}

{#- The staging view of a roster. -#}
{% macro roster_view(agency, feed) -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.fqn[-2:] == [agency, feed] -%}
        {{ api.Relation.create(database=this.database, schema=node.schema, identifier=node.alias) }}
    {%- endfor -%}
{%- endmacro %}
