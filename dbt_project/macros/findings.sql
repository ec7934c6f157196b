{#- The rows of a mart of findings: the union of its rules, each with its row of the catalogue. A rule's code is its file's
    name in capitals. Rules `of_lines` speak of a budget line and say its fiscal year; a finding about a payment order is of
    the order's year, any other of its month's. Rules `of_deliveries` speak of none of these and name their subject. -#}
{% macro findings_of(rules, of_lines, of_deliveries=[]) -%}
with finding as (
    {%- for rule in rules %}
    select
        '{{ rule | upper }}' as finding_code,
        sp2d_no,
        decree_no,
        worker_key,
        membership_key,
        contribution_month,
        skpd_code,
        sub_activity_code,
        account_code,
        {{ 'fiscal_year' if rule in of_lines else 'null::integer as fiscal_year' }},
        {{ 'subject' if rule in of_deliveries else 'null::text as subject' }},
        amount_idr,
        explanation,
        evidence
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
    ) as fiscal_year
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
