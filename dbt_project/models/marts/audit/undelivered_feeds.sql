{{ published_nights(ref('stored_undelivered_feeds')) }}
