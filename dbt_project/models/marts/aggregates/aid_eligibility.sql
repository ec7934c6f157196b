{{ published_nights(ref('stored_aid_eligibility')) }}
