{{ newest_night_of(ref('aid_eligibility')) }}
