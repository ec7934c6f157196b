{{ published_nights(ref('stored_unmapped_codes')) }}
