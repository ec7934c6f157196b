{{ newest_published_night(ref('stored_dim_employer')) }}
