{{ newest_night_of(ref('construction_compliance')) }}
