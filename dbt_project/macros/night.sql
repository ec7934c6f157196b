{#- The night being built, as SQL literals. The warehouse's ledger says which run that is; reading it here instead of
    passing variables keeps dbt's saved parse valid from night to night. -#}
{% macro run_id() -%}
    {{ return(run_being_built().run_id) }}
{%- endmacro %}

{% macro as_of_date() -%}
    {{ return("date '" ~ run_being_built().as_of_date ~ "'") }}
{%- endmacro %}

{#- The month of the night as contributions spell it, YYYYMM, and its year. -#}
{% macro as_of_month() -%}
    {{ return("'" ~ run_being_built().as_of_date[:7] | replace('-', '') ~ "'") }}
{%- endmacro %}

{% macro as_of_year() -%}
    {{ return(run_being_built().as_of_date[:4]) }}
{%- endmacro %}

{#- The run being built, asked of the ledger once for each call of dbt: it stays the same as long as the call lasts. -#}
{% macro run_being_built() -%}
    {%- if execute -%}
        {%- if 'run_being_built' in graph -%}
            {{ return(graph['run_being_built']) }}
        {%- endif -%}
        {%- set rows = run_query(
            "select run.run_id, run.as_of_date::text from ledger.build join ledger.run using (run_id)"
        ).rows -%}
        {%- if rows -%}
            {%- do graph.update({'run_being_built': {'run_id': rows[0][0] | int, 'as_of_date': rows[0][1]}}) -%}
            {{ return(graph['run_being_built']) }}
        {%- elif flags.WHICH in ('build', 'run', 'test') -%}
            {{ exceptions.raise_compiler_error("no run is being built: ledger.build is empty") }}
        {%- endif -%}
    {%- endif -%}
    {{ return({'run_id': 0, 'as_of_date': '1970-01-01'}) }}
{%- endmacro %}
