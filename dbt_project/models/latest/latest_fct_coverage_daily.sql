{{ newest_night_of(ref('fct_coverage_daily')) }}
