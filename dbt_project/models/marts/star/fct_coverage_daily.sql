{{ published_nights(history('stored_fct_coverage_daily')) }}
