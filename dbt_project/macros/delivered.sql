{#- Whether the night rests on an accepted delivery of the feed, as a literal. -#}
{% macro is_delivered(agency, feed) -%}
    {{ return('true' if not execute or agency ~ '.' ~ feed in inputs_of_run() else 'false') }}
{%- endmacro %}

{#- A figure that rests on the feeds (`agency.feed agency.feed`): empty, not 0, while no delivery of one of them was ever
    accepted. Nobody counted what nobody delivered. -#}
{% macro known(figure, feeds) -%}
    case
        when {% for feed in feeds.split() -%}
            {{ is_delivered(*feed.split('.')) }}{{ ' and ' if not loop.last }}
        {%- endfor %} then {{ figure }}
    end
{%- endmacro %}

{#- What is missing to a target, never below 0; empty where either is unknown (greatest would take the other). -#}
{% macro gap(target, reached) -%}
    case when {{ target }} - {{ reached }} is not null then greatest({{ target }} - {{ reached }}, 0) end
{%- endmacro %}
