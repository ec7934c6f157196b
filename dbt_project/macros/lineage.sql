{#- The lineage and reconciliation of the run being built, for the rules. -#}
{% macro lineage() -%}
    (select * from {{ ref('dbhcht_lineage') }} where run_id = {{ run_id() }})
{%- endmacro %}

{#- Payment orders from DBHCHT that the night rests on. -#}
{% macro dbhcht_sp2d() -%}
    (
        select *
        from {{ ref('fct_disbursement') }}
        where
            validation_id in ({{ in_force('sipd', 'sp2d') }})
            and budget_source = 'DBHCHT'
    )
{%- endmacro %}
