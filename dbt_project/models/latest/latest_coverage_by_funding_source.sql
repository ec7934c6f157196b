{{ newest_night_of(ref('coverage_by_funding_source')) }}
