{#- The worker of each membership as of the night: the newest accepted row that names it, in any delivery. -#}
{% macro owner_as_of() -%}
    select distinct on (membership_key)
        membership_key,
        worker_key
    from {{ ref('int_membership_owner') }}
    where business_date <= {{ as_of_date() }}
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

{% macro forget_owners() -%}
    {%- if execute and is_incremental() -%}
        delete from {{ this }} where business_date >= {{ first_changed_membership_date() }}
    {%- endif -%}
{%- endmacro %}
