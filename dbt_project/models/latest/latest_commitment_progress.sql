{{ newest_night_of(ref('commitment_progress')) }}
