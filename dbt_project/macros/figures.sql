{#- A share or rate, rounded to 6 decimals; NULL when there is nothing to divide by. -#}
{% macro rate(numerator, denominator) -%}
    round(({{ numerator }})::numeric / nullif({{ denominator }}, 0), 6)::numeric(18, 6)
{%- endmacro %}

{#- Whole rupiah as Indonesians write it: Rp1.234.567. -#}
{% macro rupiah(amount) -%}
    ('Rp' || replace(to_char({{ amount }}, 'FM999,999,999,999,999,990'), ',', '.'))
{%- endmacro %}

{#- A date as DD-MM-YYYY, for explanations. -#}
{% macro tanggal(date) -%}
    to_char({{ date }}, 'DD-MM-YYYY')
{%- endmacro %}

{#- Whether a membership is active on the night: STATUS AKTIF, begun on or before it, not ended on or before it. -#}
{% macro is_active_membership(membership) -%}
    (
        {{ membership }}.status = 'AKTIF'
        and {{ membership }}.active_from <= {{ as_of_date() }}
        and ({{ membership }}.inactive_from is null or {{ membership }}.inactive_from > {{ as_of_date() }})
    )
{%- endmacro %}

{% macro in_city(region_code) -%}
    ({{ region_code }} like '{{ var("city_prefix") }}%')
{%- endmacro %}

{% macro age_band(born_on) -%}
    case
        when {{ born_on }} > {{ as_of_date() }} - interval '15 years' then '0-14'
        when {{ born_on }} > {{ as_of_date() }} - interval '25 years' then '15-24'
        when {{ born_on }} > {{ as_of_date() }} - interval '35 years' then '25-34'
        when {{ born_on }} > {{ as_of_date() }} - interval '45 years' then '35-44'
        when {{ born_on }} > {{ as_of_date() }} - interval '55 years' then '45-54'
        when {{ born_on }} > {{ as_of_date() }} - interval '65 years' then '55-64'
        else '65+'
    end
{%- endmacro %}

{#- The month so many months later, spelled YYYYMM like the month given. -#}
{% macro month_after(month, months) -%}
    to_char(to_date({{ month }}, 'YYYYMM') + interval '{{ months }} months', 'YYYYMM')
{%- endmacro %}

{#- The fiscal year of a document or payment order: that of its date. -#}
{% macro fiscal_year(date) -%}
    extract(year from {{ date }})::integer
{%- endmacro %}

{#- A budget line as one word: year, office, sub-activity and account. -#}
{% macro budget_line_word(relation) -%}
    concat_ws(
        '|', {{ relation }}.fiscal_year, {{ relation }}.skpd_code, {{ relation }}.sub_activity_code, {{ relation }}.account_code
    )
{%- endmacro %}
