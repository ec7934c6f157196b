{#- Disclosure control, the one place that says which columns of schema `open` count persons, and what tells a count.
    Which counts are hidden is chosen by src/cakupan/disclosure once a night is published, over all relations together
    and beside the nights around it, and kept in disclosure.cell; `open` shows what is found there as not hidden.

    Of each relation: `key`, the columns that are always shown, and `groups` of columns that are shown together or not.
    Of a group, `counts` are the persons that may be too few, `tells` other whole numbers by which one of them can be
    reckoned, `hides` all that is hidden with them: rates, gaps, rupiah. `cell` names a row among the relation's;
    `is_sensitive` says whether its persons are disabled or claim something, `where` whether they are persons at all. -#}
{% macro counts_of_persons() -%}
    {{ return({
        'aid_by_kind': {
            'key': ['as_of_date', 'aid_kind', 'is_total'],
            'cell': ['aid_kind'],
            'is_sensitive': 'true',
            'groups': [
                {'counts': ['applications'], 'hides': ['applications', 'value_idr']},
                {'counts': ['eligible', 'not_eligible'], 'hides': ['eligible', 'not_eligible', 'eligible_value_idr']},
            ],
        },
        'commitment_progress': {
            'key': ['as_of_date', 'agency_code', 'commitment', 'indicator', 'target', 'due_date'],
            'cell': ['agency_code', 'commitment', 'indicator'],
            'where': "counted.agency_code <> 'hukum'",
            'groups': [{'counts': ['actual'], 'hides': ['actual', 'progress']}],
        },
        'coverage_by_agency': {
            'key': ['as_of_date', 'agency_code', 'worker_category'],
            'cell': ['agency_code', 'worker_category'],
            'is_sensitive': is_of_disabled('counted.worker_category'),
            'groups': roster_groups(),
        },
        'coverage_by_district': {
            'key': ['as_of_date', 'district_code'],
            'cell': ['district_code'],
            'groups': region_groups(),
        },
        'coverage_by_funding_source': {
            'key': ['as_of_date', 'funding_source_code', 'contributions_ytd_idr'],
            'cell': ['funding_source_code'],
            'groups': [{
                'counts': ['active_participants'],
                'hides': ['active_participants', 'share_of_active', 'contributions_ytd_idr'],
            }],
        },
        'coverage_by_region': {
            'key': ['as_of_date', 'region_code', 'district_code'],
            'cell': ['region_code'],
            'groups': region_groups(),
        },
        'coverage_by_sector': {
            'key': ['as_of_date', 'sector_code', 'sector_name', 'is_total', 'workforce', 'target_participants'],
            'cell': ['sector_code'],
            'groups': [{
                'counts': ['active_participants'],
                'tells': ['gap_to_target'],
                'hides': ['active_participants', 'coverage_rate', 'gap_to_target'],
            }],
        },
        'coverage_of_agency': {
            'key': ['as_of_date', 'agency_code'],
            'cell': ['agency_code'],
            'is_sensitive': 'counted.is_of_disabled',
            'groups': roster_groups(),
        },
        'dbhcht_protection': {
            'key': ['as_of_date', 'fiscal_year', 'protection_status'],
            'cell': ['fiscal_year', 'protection_status'],
            'groups': [{
                'counts': ['worker_months', 'workers'],
                'hides': ['worker_months', 'workers', 'due_idr', 'posted_amount_idr'],
            }],
        },
        'findings_by_office': {
            'key': ['as_of_date', 'fiscal_year', 'finding_code', 'severity', 'skpd_code', 'is_total', 'is_about_persons'],
            'cell': ['fiscal_year', 'finding_code', 'severity', 'skpd_code'],
            'where': 'counted.is_about_persons',
            'groups': [{'counts': ['findings'], 'hides': ['findings', 'amount_idr']}],
        },
        'lapse_by_month': {
            'key': ['as_of_date', 'lapse_month'],
            'cell': ['lapse_month'],
            'groups': [{'counts': ['participants'], 'hides': ['participants']}],
        },
        'lapse_calendar': {
            'key': ['as_of_date', 'lapse_month', 'funding_source_code'],
            'cell': ['lapse_month', 'funding_source_code'],
            'groups': [{'counts': ['participants'], 'hides': ['participants']}],
        },
        'outreach_conversion': {
            'key': ['as_of_date', 'event_id', 'event_date', 'place', 'is_total'],
            'cell': ['event_id'],
            'groups': [
                {'counts': ['attendees'], 'hides': ['attendees']},
                {'counts': ['already_participants'], 'hides': ['already_participants']},
                {'counts': ['converted'], 'hides': ['converted']},
            ],
        },
        'universal_coverage': {
            'key': ['as_of_date', 'denominator_code', 'denominator', 'denominator_source', 'target_participants',
                'jakon_headcount'],
            'cell': ['denominator_code'],
            'groups': [
                {'counts': ['active_participants'], 'hides': ['active_participants', 'coverage_rate', 'gap_to_target']},
                {'counts': ['outside_city_participants'], 'hides': ['outside_city_participants']},
            ],
        },
    }) }}
{%- endmacro %}

{% macro roster_groups() -%}
    {{ return([
        {'counts': ['registered_workers'], 'hides': ['registered_workers']},
        {'counts': ['active_participants', 'not_covered'],
         'hides': ['active_participants', 'not_covered', 'coverage_rate']},
    ]) }}
{%- endmacro %}

{% macro region_groups() -%}
    {{ return([
        {'counts': ['active_participants'], 'hides': ['active_participants']},
        {'counts': ['by_dbhcht'], 'hides': ['by_dbhcht']},
    ]) }}
{%- endmacro %}

{% macro is_of_disabled(worker_category) -%}
    coalesce({{ worker_category }} like '%DISABILITAS%', false)
{%- endmacro %}

{#- The name of a row among those of its relation. -#}
{% macro name_of_cell(columns) -%}
    concat_ws('|'{% for column in columns %}, coalesce(counted.{{ column }}::text, ''){% endfor %})
{%- endmacro %}

{#- The rows of judged nights, with what is hidden empty, and `<name>_hidden`, which says that it is; an empty figure that
    is not hidden was never counted. A count that was not judged is hidden. -#}
{% macro small_cells_hidden(relation, cells) -%}
{%- set said = counts_of_persons()[relation] -%}
with counted as (
    select
        judgement.run_id,
        {{ name_of_cell(said.cell) }} as cell,
        counted.*
    from {{ cells }} as counted
    inner join {{ source('ledger', 'published') }} as published using (as_of_date)
    inner join {{ source('disclosure', 'judgement') }} as judgement on published.run_id = judgement.run_id
),

judged as (
    select
        counted.*,
        {%- for group in said.groups %}
        {%- set name = group.counts[0] %}
        counted.{{ name }} is not null
        {%- if said.where %} and {{ said.where }}{% endif %}
        and coalesce(judged_{{ loop.index }}.is_hidden, true) as {{ name }}_hidden{{ ',' if not loop.last }}
        {%- endfor %}
    from counted
    {%- for group in said.groups %}
    left join {{ source('disclosure', 'cell') }} as judged_{{ loop.index }}
        on
            counted.run_id = judged_{{ loop.index }}.run_id
            and judged_{{ loop.index }}.relation = '{{ relation }}'
            and judged_{{ loop.index }}.measure = '{{ group.counts[0] }}'
            and counted.cell = judged_{{ loop.index }}.cell
    {%- endfor %}
)

select
    {%- for column in said.key %}
    {%- for group in said.groups if column in group.hides %}
    case when not {{ group.counts[0] }}_hidden then {{ column }} end as {{ column }},
    {%- else %}
    {{ column }},
    {%- endfor %}
    {%- endfor %}
    {%- for group in said.groups %}
    {%- for column in group.hides if column not in said.key %}
    case when not {{ group.counts[0] }}_hidden then {{ column }} end as {{ column }},
    {%- endfor %}
    {{ group.counts[0] }}_hidden{{ ',' if not loop.last }}
    {%- endfor %}
from judged
{%- endmacro %}

{#- All counts of persons of a relation, a row for each: what is judged. -#}
{% macro counted_of(relation, cells) -%}
{%- set said = counts_of_persons()[relation] -%}
select
    counted.as_of_date,
    '{{ relation }}' as relation,
    {{ name_of_cell(said.cell) }} as cell,
    number.group_name,
    number.measure,
    number.persons,
    number.is_count,
    number.is_count and {{ said.is_sensitive | default('false') }} as is_sensitive
from {{ cells }} as counted
cross join lateral (
    values
    {%- for group in said.groups %}
    {%- for measure in group.counts + group.tells | default([]) %}
    ('{{ group.counts[0] }}', '{{ measure }}', counted.{{ measure }}::bigint, {{ 'true' if measure in group.counts else 'false' }})
    {{- ',' if not loop.last }}
    {%- endfor %}
    {{- ',' if not loop.last }}
    {%- endfor %}
) as number (group_name, measure, persons, is_count)
where number.persons is not null{% if said.where %} and {{ said.where }}{% endif %}
{%- endmacro %}
