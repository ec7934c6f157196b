{{ newest_night_of(ref('dim_region')) }}
