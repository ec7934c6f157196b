{{ newest_night_of(ref('universal_coverage')) }}
