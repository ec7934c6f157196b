{{ newest_night_of(ref('outreach_conversion')) }}
