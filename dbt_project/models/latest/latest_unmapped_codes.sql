{{ newest_night_of(ref('unmapped_codes')) }}
