{{ newest_night_of(ref('undelivered_feeds')) }}
