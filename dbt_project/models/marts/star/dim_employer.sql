{{ newest_published_night(history('stored_dim_employer')) }}
