{{ counted_of('aid_by_kind', ref('cells_aid_by_kind')) }}
union all
{{ counted_of('commitment_progress', ref('commitment_progress')) }}
union all
{{ counted_of('coverage_by_agency', ref('coverage_by_agency')) }}
union all
{{ counted_of('coverage_by_district', ref('cells_coverage_by_district')) }}
union all
{{ counted_of('coverage_by_funding_source', ref('coverage_by_funding_source')) }}
union all
{{ counted_of('coverage_by_region', ref('cells_coverage_by_region')) }}
union all
{{ counted_of('coverage_by_sector', ref('cells_coverage_by_sector')) }}
union all
{{ counted_of('coverage_of_agency', ref('cells_coverage_of_agency')) }}
union all
{{ counted_of('dbhcht_protection', ref('cells_dbhcht_protection')) }}
union all
{{ counted_of('findings_by_office', ref('cells_findings_by_office')) }}
union all
{{ counted_of('lapse_by_month', ref('cells_lapse_by_month')) }}
union all
{{ counted_of('lapse_calendar', ref('lapse_calendar')) }}
union all
{{ counted_of('outreach_conversion', ref('cells_outreach_conversion')) }}
union all
{{ counted_of('universal_coverage', ref('universal_coverage')) }}
