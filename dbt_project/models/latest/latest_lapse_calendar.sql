{{ newest_night_of(ref('lapse_calendar')) }}
