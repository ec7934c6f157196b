{#- One relation's figures that differ between two publications of a night: `key` names a row, every other column is a
    figure. A row that is new or gone differs in all of them. -#}
{% macro restated(relation, name, key) -%}
    (
        with earlier as (
            {{ rows_of_run(relation, key, 'run_before') }}
        ),

        later as (
            {{ rows_of_run(relation, key, 'run_id') }}
        )

        select
            run_id,
            '{{ name }}' as relation,
            row_key,
            figure.figure,
            earlier.cells ->> figure.figure as value_before,
            later.cells ->> figure.figure as value_after
        from earlier
        full join later using (run_id, row_key)
        cross join lateral jsonb_object_keys(coalesce(later.cells, earlier.cells)) as figure (figure)
        where
            figure.figure not in ('as_of_date', 'run_id', 'evidence', '{{ key | join("', '") }}')
            -- Runs of earlier versions did not say what was expected of a finding: that is no figure that changed.
            and not (
                figure.figure in ('expected_idr', 'actual_idr', 'difference_idr')
                and earlier.cells is not null
                and earlier.cells ->> figure.figure is null
            )
            and earlier.cells ->> figure.figure is distinct from later.cells ->> figure.figure
    )
{%- endmacro %}

{% macro rows_of_run(relation, key, run) -%}
    select
        republished.run_id,
        concat_ws('|'{% for column in key %}, coalesce(stored.{{ column }}::text, ''){% endfor %}) as row_key,
        to_jsonb(stored) as cells
    from republished
    inner join {{ relation }} as stored on republished.{{ run }} = stored.run_id
{%- endmacro %}

{#- The feeds that a model is made from, near or far: the agencies' staging models among its ancestors. -#}
{% macro feeds_behind(model_name) -%}
    {%- set seen, feeds = [], [] -%}
    {%- set waiting = ['model.' ~ project_name ~ '.' ~ model_name] -%}
    {%- for _ in range(1000) if waiting -%}
        {%- set id = waiting.pop() -%}
        {%- if id not in seen and id in graph.nodes -%}
            {%- do seen.append(id) -%}
            {%- set node = graph.nodes[id] -%}
            {%- if 'staging' in node.fqn -%}
                {%- do feeds.append(node.fqn[-2] ~ '.' ~ node.fqn[-1]) -%}
            {%- endif -%}
            {%- do waiting.extend(node.depends_on.nodes) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(feeds | unique | sort | list) }}
{%- endmacro %}
