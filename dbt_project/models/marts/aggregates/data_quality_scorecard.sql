{{ published_nights(ref('stored_data_quality_scorecard')) }}
