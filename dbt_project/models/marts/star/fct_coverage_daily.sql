{{ published_nights(ref('stored_fct_coverage_daily')) }}
