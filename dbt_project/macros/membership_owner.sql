{#- The worker of each membership as of the night: the newest accepted row that names it, in any delivery. -#}
{% macro owner_as_of() -%}
    select distinct on (membership_key)
        membership_key,
        worker_key
    from {{ ref('int_membership_owner') }}
    where business_date <= {{ as_of_date() }} and until_run_id is null
    order by membership_key asc, business_date desc
{%- endmacro %}

{#- From which business date on the log of owners is out of date, as a literal; infinity when nothing changed. -#}
{% macro first_changed_membership_date() -%}
    {%- if not execute -%}{{ return("'-infinity'::date") }}{%- endif -%}
    {%- set done = adapter.get_relation(this.database, this.schema, 'int_membership_delivery') -%}
    {%- if not is_incremental() or done is none -%}{{ return("'-infinity'::date") }}{%- endif -%}
    {%- set query -%}
        with accepted as (
            select validation_id, business_date from ({{ every_accepted('bpjstk', 'kepesertaan') }}) as delivery
        ),
        done as (select validation_id, business_date from {{ done }})
        select coalesce(min(business_date), 'infinity')::text
        from (
            (select * from accepted except select * from done)
            union all
            (select * from done except select * from accepted)
        ) as changed
    {%- endset -%}
    {{ return("'" ~ run_query(query).columns[0][0] ~ "'::date") }}
{%- endmacro %}

{#- Pre-hook of the log: what it says from that date on is said until this run; what this run said itself, in a try that
    broke off, was never said. -#}
{% macro end_owners() -%}
    {%- if execute and is_incremental() -%}
        {%- set changed = 'until_run_id is null and business_date >= ' ~ first_changed_membership_date() -%}
        delete from {{ this }} where since_run_id = {{ run_id() }} and {{ changed }};
        update {{ this }} set until_run_id = {{ run_id() }} where {{ changed }}
    {%- endif -%}
{%- endmacro %}

{#- The condition for rows of the log as a run knew them; those without numbers are of a version that kept one log for all. -#}
{% macro owner_rows_of(log, run) -%}
    coalesce({{ log }}.since_run_id, 0) <= {{ run }} and coalesce({{ log }}.until_run_id, {{ run }} + 1) > {{ run }}
{%- endmacro %}
