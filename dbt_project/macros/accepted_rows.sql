{#- The accepted rows of a feed, by delivery, as normalised text: landed rows that needed no closer look, and those that
    were looked at and accepted. This is the only text that makes this union. A condition on delivery_id reaches the
    landing table's index. -#}
{% macro accepted_rows(agency, feed, columns) -%}
    select
        validation.validation_id,
        landed.delivery_id,
        landed.sheet,
        landed.row_number,
        validation.business_date
        {%- for column in columns %},
        landed.{{ adapter.quote(column) }}
        {%- endfor %}
    from landing.{{ agency }}_{{ feed }} as landed
    inner join ledger.current_validation as validation on landed.delivery_id = validation.delivery_id
    where
        validation.delivery_status = 'ACCEPTED'
        and not exists (
            select 1
            from quarantine.{{ agency }}_{{ feed }} as examined
            where
                examined.validation_id = validation.validation_id
                and examined.sheet = landed.sheet
                and examined.row_number = landed.row_number
        )
    union all
    select
        validation.validation_id,
        examined.delivery_id,
        examined.sheet,
        examined.row_number,
        validation.business_date
        {%- for column in columns %},
        examined.{{ adapter.quote(column) }}
        {%- endfor %}
    from quarantine.{{ agency }}_{{ feed }} as examined
    inner join ledger.current_validation as validation on examined.validation_id = validation.validation_id
    where
        validation.delivery_status = 'ACCEPTED'
        and examined.verdict = 'accepted'
{%- endmacro %}

{#- The columns by which every staged row is found again among the landed ones, and its validation and date. -#}
{% macro address(relation) -%}
    {{ relation }}.validation_id,
    {{ relation }}.delivery_id,
    {{ relation }}.sheet,
    {{ relation }}.row_number,
    {{ relation }}.business_date
{%- endmacro %}

{#- The same address as one word, for rows that rest on several landed rows: delivery:sheet:row. -#}
{% macro address_word(relation) -%}
    ({{ relation }}.delivery_id || ':' || {{ relation }}.sheet || ':' || {{ relation }}.row_number)
{%- endmacro %}
