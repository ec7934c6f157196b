{#- What a rule may say of a case, in the order of the union. A rule selects what it has and names it in its YAML; the rest
    is empty. A rule about a budget line says its fiscal year, a finding about a payment order is of the order's year, any
    other of its month's. What speaks of none of these names its subject. Expected and actual are the two amounts that the
    rule holds against each other. -#}
{% macro finding_columns() -%}
    {{ return({
        'sp2d_no': 'text',
        'decree_no': 'text',
        'worker_key': 'uuid',
        'membership_key': 'uuid',
        'contribution_month': 'text',
        'skpd_code': 'text',
        'sub_activity_code': 'text',
        'account_code': 'text',
        'fiscal_year': 'integer',
        'subject': 'text',
        'amount_idr': 'bigint',
        'explanation': 'text',
        'evidence': 'text[]',
        'expected_idr': 'bigint',
        'actual_idr': 'bigint',
    }) }}
{%- endmacro %}

{#- The columns that a rule's YAML says it selects. -#}
{% macro columns_of_rule(rule) -%}
    {%- if not execute -%}{{ return([]) }}{%- endif -%}
    {%- set columns = graph.nodes['model.' ~ project_name ~ '.' ~ rule].columns | list -%}
    {%- for column in columns if column not in finding_columns() -%}
        {{ exceptions.raise_compiler_error(rule ~ ' selects ' ~ column ~ ', which findings do not have: see finding_columns') }}
    {%- endfor -%}
    {%- if 'explanation' not in columns or 'evidence' not in columns -%}
        {{ exceptions.raise_compiler_error(rule ~ '.yml must list the columns that ' ~ rule ~ '.sql selects') }}
    {%- endif -%}
    {{ return(columns) }}
{%- endmacro %}

{#- The rows of a mart of findings: the union of its rules, each with its row of the catalogue. A rule's code is its file's
    name in capitals. -#}
{% macro findings_of(rules) -%}
with finding as (
    {%- for rule in rules %}
    {%- set columns = columns_of_rule(rule) %}
    select
        '{{ rule | upper }}' as finding_code
        {%- for column, kind in finding_columns().items() %},
        {{ column if column in columns else 'null::' ~ kind ~ ' as ' ~ column }}
        {%- endfor %}
    from {{ ref(rule) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select
    {{ as_of_date() }} as as_of_date,
    {{ run_id() }}::bigint as run_id,
    finding.finding_code,
    rule.severity,
    finding.sp2d_no,
    finding.decree_no,
    finding.worker_key,
    finding.contribution_month,
    finding.amount_idr,
    finding.explanation,
    finding.membership_key,
    finding.skpd_code,
    finding.sub_activity_code,
    finding.account_code,
    -- The same finding has the same key every night.
    md5(concat_ws(
        '|',
        finding.finding_code,
        coalesce(
            finding.sp2d_no, finding.decree_no,
            finding.fiscal_year || finding.skpd_code || finding.sub_activity_code || finding.account_code,
            finding.subject, ''
        ),
        coalesce(finding.worker_key, finding.membership_key)::text,
        finding.contribution_month
    )) as finding_key,
    finding.evidence,
    coalesce(
        finding.fiscal_year, sp2d.fiscal_year, left(finding.contribution_month, 4)::integer
    ) as fiscal_year,
    finding.expected_idr,
    finding.actual_idr,
    finding.actual_idr - finding.expected_idr as difference_idr
from finding
left join {{ ref('int_dbhcht_order') }} as sp2d on finding.sp2d_no = sp2d.sp2d_no
inner join {{ ref('finding_rule') }} as rule
    on finding.finding_code = rule.finding_code and {{ valid_on_night('rule') }}
{%- endmacro %}

{#- A threshold in force on the night, as a number. -#}
{% macro threshold(code) -%}
    (
        select threshold.value
        from {{ ref('audit_threshold') }} as threshold
        where threshold.threshold_code = '{{ code }}' and {{ valid_on_night('threshold') }}
    )
{%- endmacro %}

{#- The newest month that can no longer be paid for on the night: more than the allowed months lie between. -#}
{% macro newest_lost_month() -%}
    to_char({{ as_of_date() }} - make_interval(months => {{ threshold('UNPAID_MONTHS') }}::integer + 1), 'YYYYMM')
{%- endmacro %}

{#- JKK and JKM due for a month where DBHCHT pays; `months` is a query of contribution_month. -#}
{% macro dbhcht_tariff_of(months) -%}
    select
        month.contribution_month,
        sum(tariff.amount_idr)::bigint as due_idr
    from ({{ months }}) as month
    inner join {{ ref('bpu_tariff') }} as tariff
        on
            tariff.funding_source_code = 'DBHCHT'
            and tariff.occupation_group = 'UMUM'
            and to_date(month.contribution_month, 'YYYYMM')
            between tariff.valid_from and coalesce(tariff.valid_to, 'infinity')
    group by month.contribution_month
{%- endmacro %}

{#- Whether a code of the payment order `sp2d`, or one it belongs to, is allowed for contributions on the order's date. -#}
{% macro is_premium_code(kind, code) -%}
    exists (
        select 1
        from {{ ref('premium_code') }} as allowed
        where
            allowed.code_kind = '{{ kind }}'
            and starts_with({{ code }} || '.', allowed.code || '.')
            and sp2d.sp2d_date between allowed.valid_from and coalesce(allowed.valid_to, 'infinity')
    )
{%- endmacro %}
