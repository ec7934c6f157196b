{{ newest_night_of(ref('data_quality_scorecard')) }}
