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
    {{ relation }}.delivery_id || ':' || {{ relation }}.sheet || ':' || {{ relation }}.row_number
{%- endmacro %}

{#- What readers see of addresses (docs/decisions/0029-grants-and-references.md). An office knows which person stands at a
    row of its own file: an address beside a worker_key would tell it whose rows all others with that key are. So an
    address is shown to those only who may read the key of references; to others it is empty, and everybody sees the
    reference, from which nobody without the key finds the address. -#}
{% macro sees_addresses() -%}
    (select has_table_privilege(current_user, 'ledger.row_reference_key'::regclass::oid, 'select'))
{%- endmacro %}

{% macro reference_of(word) -%}
    substr(
        encode(
            sha256(
                (select key.secret from {{ source('ledger', 'row_reference_key') }} as key where key.only_row)
                || convert_to({{ word }}, 'UTF8')
            ),
            'hex'
        ),
        1,
        32
    )
{%- endmacro %}

{% macro references_of(relation) -%}
    array(
            select {{ reference_of('piece.word') }}
            from unnest({{ relation }}.evidence) as piece (word)
            order by 1
        )
{%- endmacro %}

{#- A column of a stored relation as readers see it. -#}
{% macro as_readers_see(relation, column) -%}
    {%- if column in ('delivery_id', 'sheet', 'row_number') -%}
    case when {{ sees_addresses() }} then {{ relation }}.{{ column }} end as {{ column }}
    {%- elif column == 'row_reference' -%}
    {{ reference_of(address_word(relation)) }} as row_reference
    {%- elif column == 'evidence' -%}
    case
        when {{ sees_addresses() }} then {{ relation }}.evidence
        else {{ references_of(relation) }}
    end as evidence
    {%- else -%}
    {{ relation }}.{{ column }}
    {%- endif -%}
{%- endmacro %}
