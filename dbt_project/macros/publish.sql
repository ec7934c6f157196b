{#- Post-hook of every mart: the view in schema marts through which readers see it. Readers see published nights only and
    never the table being built. What the view shows is said by meta.published:
    by_run      rows of every published night (default)
    latest_run  rows of the newest published night
    latest      stored rows of the deliveries the newest published night rests on
    Reference data and what cannot be said this way is a standing view of its own in schema marts. -#}
{% macro publish() -%}
    {%- if not execute or model.config.materialized == 'standing_view' -%}{{ return('') }}{%- endif -%}
    {%- set kind = model.config.meta.published -%}
    {%- set columns = model.columns | reject('in', ['run_id', 'validation_id']) | list -%}
    {%- set definition -%}
        select
            {% for column in columns -%}
                stored.{{ column }}{{ ',' if not loop.last }}
            {% endfor -%}
        from {{ this }} as stored
        {% if kind == 'by_run' -%}
            inner join ledger.published on stored.run_id = published.run_id and stored.as_of_date = published.as_of_date
        {%- elif kind == 'latest_run' -%}
            where stored.run_id = ({{ newest_published_run() }})
        {%- elif kind == 'latest' -%}
            where stored.validation_id in (
                select validation_id from ledger.run_input where run_id = ({{ newest_published_run() }})
            )
        {%- else -%}
            {{ exceptions.raise_compiler_error(this ~ ': unknown meta.published: ' ~ kind) }}
        {%- endif %}
    {%- endset -%}
    {%- do ensure_view(api.Relation.create(this.database, 'marts', this.identifier, type='view'), definition) -%}
{%- endmacro %}

{% macro newest_published_run() -%}
    select published.run_id from ledger.published order by published.as_of_date desc limit 1
{%- endmacro %}
