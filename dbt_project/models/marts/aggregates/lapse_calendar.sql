{{ published_nights(ref('stored_lapse_calendar')) }}
