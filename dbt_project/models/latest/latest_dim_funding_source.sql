{{ newest_night_of(ref('dim_funding_source')) }}
