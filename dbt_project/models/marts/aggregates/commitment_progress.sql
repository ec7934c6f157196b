{{ published_nights(ref('stored_commitment_progress')) }}
